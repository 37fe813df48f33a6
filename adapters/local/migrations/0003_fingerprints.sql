-- What recordings are known by as sounds; made of their analyses.
CREATE TABLE fingerprints (
    seq INTEGER PRIMARY KEY,
    library_id TEXT NOT NULL,
    recording_id TEXT NOT NULL,
    pcm_sha256 TEXT,
    UNIQUE (library_id, recording_id)
);

CREATE INDEX fingerprints_by_samples ON fingerprints (library_id, pcm_sha256, recording_id);

CREATE TABLE fingerprint_terms (
    library_id TEXT NOT NULL,
    term INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL REFERENCES fingerprints (seq) ON DELETE CASCADE,
    PRIMARY KEY (library_id, term, fingerprint)
) WITHOUT ROWID;

CREATE INDEX terms_of_fingerprint ON fingerprint_terms (fingerprint);
