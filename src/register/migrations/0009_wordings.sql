-- The words that letters were issued with: those of a letter type, of the house and of a program, each under its version. Words that
-- people have received under a version stay that version's.
CREATE TABLE wordings (
    name    TEXT NOT NULL,
    version TEXT NOT NULL,
    hash    TEXT NOT NULL,
    PRIMARY KEY (name, version)
);
