-- Who is signed in to the panel, under the hash of the token.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    expires_at TEXT NOT NULL,
    doc TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_end ON sessions (expires_at);
