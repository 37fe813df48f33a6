-- Each entity is one JSON document in `doc`; the columns beside it are what is searched, sorted and guarded.
-- Times are ISO text in UTC of one length, so that they sort as they are.

CREATE TABLE libraries (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    doc TEXT NOT NULL
);

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    doc TEXT NOT NULL
);

CREATE INDEX keys_of_library ON keys (library_id, created_at, id);

CREATE TABLE recordings (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    library_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    trashed_at TEXT,
    title TEXT NOT NULL,
    filename TEXT NOT NULL,
    sha256 TEXT,
    claims_content INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    duration REAL,
    duration_sort REAL NOT NULL,
    codec TEXT,
    container TEXT,
    channels INTEGER,
    sample_rate INTEGER,
    doc TEXT NOT NULL
);

-- Of two that claim the same bytes at the same moment, one is stored.
CREATE UNIQUE INDEX recordings_claim ON recordings (library_id, sha256) WHERE claims_content = 1;
CREATE INDEX recordings_by_sha256 ON recordings (library_id, sha256, created_at, id);

-- One for each sort of the usual listing, which leaves the trash out. They end with the status, so that a filter on it
-- is answered without a look at the row.
CREATE INDEX recordings_by_created ON recordings (library_id, created_at, id, status) WHERE status <> 'trashed';
CREATE INDEX recordings_by_updated ON recordings (library_id, updated_at, id, status) WHERE status <> 'trashed';
CREATE INDEX recordings_by_title ON recordings (library_id, title, id, status) WHERE status <> 'trashed';
CREATE INDEX recordings_by_duration ON recordings (library_id, duration_sort, id, status) WHERE status <> 'trashed';
CREATE INDEX recordings_by_size ON recordings (library_id, size_bytes, id, status) WHERE status <> 'trashed';

-- One for each filter, so that a rare value is found without a walk through the rest.
CREATE INDEX recordings_by_status ON recordings (library_id, status, created_at, id);
CREATE INDEX recordings_by_filename ON recordings (library_id, filename);
CREATE INDEX recordings_by_codec ON recordings (library_id, codec);
CREATE INDEX recordings_by_container ON recordings (library_id, container);
CREATE INDEX recordings_by_channels ON recordings (library_id, channels);
CREATE INDEX recordings_by_sample_rate ON recordings (library_id, sample_rate);

-- For the sweeps, over all libraries.
CREATE INDEX recordings_trashed ON recordings (trashed_at, id) WHERE trashed_at IS NOT NULL;
CREATE INDEX recordings_unfinished ON recordings (updated_at, id) WHERE status IN ('receiving', 'processing');

-- Tags and findings, as the filters look at them.
CREATE TABLE recording_labels (
    library_id TEXT NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    recording INTEGER NOT NULL REFERENCES recordings (seq) ON DELETE CASCADE,
    PRIMARY KEY (library_id, field, value, recording)
) WITHOUT ROWID;

CREATE INDEX labels_of_recording ON recording_labels (recording);

CREATE TABLE analyses (
    library_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fence TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (library_id, key)
);

CREATE TABLE renditions (
    library_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    name TEXT NOT NULL,
    fence TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (library_id, recording_id, name)
);

CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    blob_key TEXT NOT NULL,
    multipart_id TEXT NOT NULL,
    doc TEXT NOT NULL
);

CREATE INDEX uploads_open ON uploads (expires_at, id) WHERE status = 'open';
CREATE INDEX uploads_by_multipart ON uploads (multipart_id, blob_key);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    ring_at TEXT,
    doc TEXT NOT NULL,
    UNIQUE (library_id, key)
);

CREATE INDEX jobs_by_created ON jobs (library_id, created_at, id);
CREATE INDEX jobs_by_status ON jobs (library_id, status, created_at, id);
CREATE INDEX jobs_by_kind ON jobs (library_id, kind, created_at, id);
CREATE INDEX jobs_by_recording ON jobs (library_id, recording_id, created_at, id);
CREATE INDEX jobs_to_ring ON jobs (ring_at, id) WHERE ring_at IS NOT NULL;

-- The doorbell: one row for each job. `receipt` is NULL while nobody has it.
CREATE TABLE messages (
    job_id TEXT PRIMARY KEY,
    visible_at TEXT NOT NULL,
    receives INTEGER NOT NULL DEFAULT 0,
    receipt TEXT,
    again_at TEXT
) WITHOUT ROWID;

CREATE INDEX messages_by_time ON messages (visible_at);

CREATE TABLE dead_letters (
    job_id TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    receives INTEGER NOT NULL,
    died_at TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX dead_letters_by_time ON dead_letters (died_at, job_id);

CREATE TABLE schedule_claims (
    task TEXT NOT NULL,
    slot TEXT NOT NULL,
    PRIMARY KEY (task, slot)
) WITHOUT ROWID;

CREATE TABLE idempotent_requests (
    library_id TEXT NOT NULL,
    key TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (library_id, key)
);

CREATE INDEX idempotent_requests_by_time ON idempotent_requests (expires_at);

-- AUTOINCREMENT: the number of an event that was purged is never given again.
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    library_id TEXT NOT NULL,
    at TEXT NOT NULL,
    doc TEXT NOT NULL
);

CREATE INDEX events_of_library ON events (library_id, number);
CREATE INDEX events_by_time ON events (at);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    doc TEXT NOT NULL
);

CREATE INDEX audit_by_time ON audit (library_id, at, id);
CREATE INDEX audit_by_actor ON audit (library_id, actor, at, id);
CREATE INDEX audit_by_action ON audit (library_id, action, at, id);
CREATE INDEX audit_by_subject ON audit (library_id, subject_id, at, id);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
