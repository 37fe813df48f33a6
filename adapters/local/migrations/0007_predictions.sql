-- What models said of recordings. `id` is recording and key, unlike in all of a library.
CREATE TABLE predictions (
    library_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    key TEXT NOT NULL,
    id TEXT NOT NULL,
    model TEXT NOT NULL,
    created_at TEXT NOT NULL,
    fence TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (library_id, recording_id, key)
);

CREATE INDEX predictions_by_created ON predictions (library_id, created_at, id);
CREATE INDEX predictions_by_model ON predictions (library_id, model, created_at, id);
CREATE INDEX predictions_by_recording ON predictions (library_id, recording_id, created_at, id);
