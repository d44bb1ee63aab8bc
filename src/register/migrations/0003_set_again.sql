-- What an issued letter was set from, so that it can be set again to the same bytes.

-- The SHA-256 of the letter type's own files, of the house and of the programs.
ALTER TABLE issuances ADD COLUMN type_hash TEXT NOT NULL DEFAULT '';

-- The house's typst files, as JSON by name, under their hash.
CREATE TABLE houses (
    hash  TEXT PRIMARY KEY,
    files TEXT NOT NULL
);

-- The typst source of each issuance, deflated (zlib); and its words as HTML and plain text, as JSON and deflated, where the party
-- reads with a screen reader.
CREATE TABLE sources (
    letter TEXT NOT NULL,
    number INTEGER NOT NULL,
    house  TEXT NOT NULL REFERENCES houses (hash),
    source BLOB NOT NULL,
    reading BLOB,
    PRIMARY KEY (letter, number),
    FOREIGN KEY (letter, number) REFERENCES issuances (letter, number)
);
