-- Events that are still to be handed on, put here in the transaction of the change that they tell of.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_by_at ON outbox (at, id);

-- Where events are sent. The document holds the secrets that sign: the file is its owner's alone.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    doc TEXT NOT NULL
) STRICT;

CREATE INDEX webhooks_of_library ON webhooks (library_id, id);

CREATE TABLE deliveries (
    webhook_id TEXT NOT NULL,
    id TEXT NOT NULL,
    library_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    due_at TEXT,
    doc TEXT NOT NULL,
    PRIMARY KEY (webhook_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_due ON deliveries (webhook_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_by_created ON deliveries (created_at);
