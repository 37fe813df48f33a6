-- Libraries take turns in a lane: none stands behind all that another one has sent.
ALTER TABLE messages ADD COLUMN library_id TEXT NOT NULL DEFAULT '';

CREATE INDEX messages_of_library ON messages (lane, library_id, visible_at);

CREATE TABLE turns (
    lane TEXT NOT NULL,
    library_id TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (lane, library_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX turns_by_last ON turns (lane, last);
