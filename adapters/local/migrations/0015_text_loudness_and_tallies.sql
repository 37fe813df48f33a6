-- Recordings are found by words and by loudness, and counted by what they are. Until now the loudness stood in analyses.
ALTER TABLE recordings ADD COLUMN loudness REAL;
ALTER TABLE recordings ADD COLUMN loudness_sort REAL NOT NULL DEFAULT -1000.0;
ALTER TABLE recordings ADD COLUMN text TEXT NOT NULL DEFAULT '';
ALTER TABLE recordings ADD COLUMN verdict TEXT;
ALTER TABLE recordings ADD COLUMN failure TEXT;

UPDATE recordings
SET doc = json_set(doc, '$.loudness_lufs', (
    SELECT json_extract(told.value, '$.value')
    FROM analyses, json_each(analyses.doc, '$.descriptors') AS told
    WHERE analyses.library_id = recordings.library_id
        AND analyses.key = json_extract(recordings.doc, '$.analysis_key')
        AND json_extract(told.value, '$.name') = 'integrated_loudness'
));

UPDATE recordings
SET loudness = json_extract(doc, '$.loudness_lufs'),
    loudness_sort = coalesce(json_extract(doc, '$.loudness_lufs'), -1000.0),
    text = folded(title || char(10) || filename || coalesce(
        (SELECT char(10) || group_concat(tags.value, char(10)) FROM json_each(doc, '$.tags') AS tags), ''
    )),
    verdict = json_extract(doc, '$.judgement.verdict'),
    failure = json_extract(doc, '$.failure.code');

CREATE INDEX recordings_by_loudness ON recordings (library_id, loudness_sort, id, status) WHERE status <> 'trashed';

-- Words are looked for within words: all of this index is read, and nothing else.
CREATE INDEX recordings_by_text ON recordings (library_id, text);

-- All that a tally counts, in the order that it counts in.
CREATE INDEX recordings_tallied ON recordings (
    library_id, status, verdict, failure, codec, container, channels, sample_rate,
    duration, loudness, created_at, size_bytes
);

-- Labels are counted with what their recordings amount to, which is copied here: looking each up would take seconds.
ALTER TABLE recording_labels ADD COLUMN status TEXT NOT NULL DEFAULT '';
ALTER TABLE recording_labels ADD COLUMN duration REAL;
ALTER TABLE recording_labels ADD COLUMN size_bytes INTEGER NOT NULL DEFAULT 0;

INSERT OR IGNORE INTO recording_labels (library_id, recording, field, value)
SELECT library_id, seq, 'severity', json_extract(findings.value, '$.severity')
FROM recordings, json_each(doc, '$.findings') AS findings;

UPDATE recording_labels
SET (status, duration, size_bytes) = (
    SELECT status, duration, size_bytes FROM recordings WHERE seq = recording
);
