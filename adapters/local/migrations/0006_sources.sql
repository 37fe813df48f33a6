-- The objects that recordings were made of, for an import to walk beside the listing of a bucket or folder.
ALTER TABLE recordings ADD COLUMN source_url TEXT;

CREATE INDEX recordings_by_source ON recordings (library_id, source_url, id)
    WHERE source_url IS NOT NULL AND status <> 'trashed';
