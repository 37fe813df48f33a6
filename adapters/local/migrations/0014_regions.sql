-- What people have marked in recordings; one region for each thing that is corrected.
CREATE TABLE regions (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    start REAL NOT NULL,
    origin TEXT,
    doc TEXT NOT NULL
);

CREATE INDEX regions_of_recording ON regions (library_id, recording_id, start, id);
CREATE UNIQUE INDEX regions_by_origin ON regions (library_id, recording_id, origin) WHERE origin IS NOT NULL;
