-- Every version of a recipe for good, and the latest one of each for lists.
CREATE TABLE recipes (
    library_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (library_id, name)
);

CREATE TABLE recipe_versions (
    library_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (library_id, name, version)
);
