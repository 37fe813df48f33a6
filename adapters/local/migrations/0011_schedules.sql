-- What is run by itself, and what became of its runs.
CREATE TABLE schedules (
    id TEXT PRIMARY KEY,
    library_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    due_at TEXT,
    doc TEXT NOT NULL
);

CREATE INDEX schedules_by_library ON schedules (library_id, id);
CREATE INDEX schedules_by_time ON schedules (due_at, id) WHERE due_at IS NOT NULL;

CREATE TABLE schedule_runs (
    library_id TEXT NOT NULL,
    schedule_id TEXT NOT NULL REFERENCES schedules (id) ON DELETE CASCADE,
    slot TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (schedule_id, slot)
) WITHOUT ROWID;
