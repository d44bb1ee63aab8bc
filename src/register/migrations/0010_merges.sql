-- Mail merges: a sheet, how it was understood, who confirmed it, and each of its rows with the event that it is.
CREATE TABLE merges (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    letter_type   TEXT NOT NULL,
    file_name     TEXT NOT NULL,
    sheet_hash    TEXT NOT NULL,
    sheet         BLOB NOT NULL,
    mapping       TEXT NOT NULL,
    -- What was confirmed: the hash of sheet, mapping, templates, day and rows.
    confirmed     TEXT NOT NULL UNIQUE,
    state         TEXT NOT NULL,
    confirmed_by  TEXT NOT NULL,
    confirmed_at  TEXT NOT NULL,
    seconded_by   TEXT,
    seconded_at   TEXT,
    stopped_by    TEXT,
    stopped_at    TEXT,
    stop_reason   TEXT
);
CREATE INDEX merges_by_state ON merges (state, confirmed_at);

CREATE TABLE merge_rows (
    merge         TEXT NOT NULL REFERENCES merges (id),
    row           INTEGER NOT NULL,
    -- The hash of what the sheet says in the row, by which it is known when it comes again.
    content       TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    case_reference TEXT NOT NULL,
    data          TEXT NOT NULL,
    faults        TEXT NOT NULL DEFAULT '[]',
    -- Its letter, once its event was taken.
    letter        TEXT,
    PRIMARY KEY (merge, row)
);
CREATE INDEX merge_rows_by_content ON merge_rows (content);
CREATE INDEX merge_rows_by_letter ON merge_rows (letter);

-- How sheets of a form are understood, by letter type.
CREATE TABLE sheet_mappings (
    letter_type   TEXT NOT NULL,
    form          TEXT NOT NULL,
    mapping       TEXT NOT NULL,
    PRIMARY KEY (letter_type, form)
);
