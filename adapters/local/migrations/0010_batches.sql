-- Work on many recordings. A batch is among the active ones of its library until it has been ended.
CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1,
    audio_seconds REAL NOT NULL DEFAULT 0,
    busy_seconds REAL NOT NULL DEFAULT 0,
    doc TEXT NOT NULL
);

CREATE INDEX batches_active ON batches (library_id, created_at, id) WHERE active;

-- How far the items are made. It goes first when a batch is removed: then no more are made.
CREATE TABLE batch_makings (
    batch_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    doc TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE batch_counts (
    batch_id TEXT NOT NULL,
    status TEXT NOT NULL,
    items INTEGER NOT NULL,
    PRIMARY KEY (batch_id, status)
) WITHOUT ROWID;

-- A stripe lies together, since its items are settled together.
CREATE TABLE batch_items (
    batch_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    stripe INTEGER NOT NULL,
    status TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (batch_id, stripe, n)
) WITHOUT ROWID;

CREATE UNIQUE INDEX batch_items_by_number ON batch_items (batch_id, n);
CREATE INDEX batch_items_by_status ON batch_items (batch_id, status, n);
CREATE INDEX batch_items_open ON batch_items (batch_id, stripe, n) WHERE status IN ('queued', 'running');
