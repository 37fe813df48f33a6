-- A library's policy may change: its version guards that.
ALTER TABLE libraries ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- All analyses of a content are asked for, newest first.
ALTER TABLE analyses ADD COLUMN content_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE analyses ADD COLUMN created_at TEXT NOT NULL DEFAULT '';

UPDATE analyses
SET content_sha256 = json_extract(doc, '$.content_sha256'),
    created_at = strftime('%Y-%m-%dT%H:%M:%f000+00:00', json_extract(doc, '$.created_at'));

CREATE INDEX analyses_of_content ON analyses (library_id, content_sha256, created_at, key);

-- Of a file that was made along with an analysis, it is now known what made it.
UPDATE analyses
SET doc = json_set(
    doc,
    '$.artefacts',
    json((
        SELECT json_group_object(
            made.value,
            json_extract(analyses.doc, '$.analyser') || '-' || json_extract(analyses.doc, '$.analyser_version')
        )
        FROM json_each(analyses.doc, '$.artefacts') AS made
    ))
)
WHERE json_type(doc, '$.artefacts') = 'array';
