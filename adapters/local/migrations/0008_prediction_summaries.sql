-- Lists show summaries; the summary comes before the document, whose pages are then not read for it.
CREATE TABLE summarised (
    library_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    key TEXT NOT NULL,
    id TEXT NOT NULL,
    model TEXT NOT NULL,
    created_at TEXT NOT NULL,
    fence TEXT NOT NULL,
    summary TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (library_id, recording_id, key)
);

INSERT INTO summarised (library_id, recording_id, key, id, model, created_at, fence, summary, doc)
SELECT library_id, recording_id, key, id, model, created_at, fence,
    json_object(
        'key', key,
        'library_id', library_id,
        'recording_id', recording_id,
        'content_sha256', json_extract(doc, '$.content_sha256'),
        'model', model,
        'version', json_extract(doc, '$.said.version'),
        'parameters', json_extract(doc, '$.parameters'),
        'values', json_extract(doc, '$.said.values'),
        'span_count', json_array_length(doc, '$.said.spans'),
        'created_at', json_extract(doc, '$.created_at')
    ),
    doc
FROM predictions;

DROP TABLE predictions;
ALTER TABLE summarised RENAME TO predictions;

CREATE INDEX predictions_by_created ON predictions (library_id, created_at, id);
CREATE INDEX predictions_by_model ON predictions (library_id, model, created_at, id);
CREATE INDEX predictions_by_recording ON predictions (library_id, recording_id, created_at, id);
