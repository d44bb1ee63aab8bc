-- The system of record. Times are UTC in one fixed-width text form; JSON and money are text.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Case events as taken. source and id are the key: a repeat changes nothing.
CREATE TABLE events (
    sequence       INTEGER PRIMARY KEY,
    source         TEXT NOT NULL,
    id             TEXT NOT NULL,
    kind           TEXT NOT NULL,
    case_reference TEXT NOT NULL,
    happened_at    TEXT NOT NULL,
    taken_at       TEXT NOT NULL,
    hash           TEXT NOT NULL,
    data           TEXT NOT NULL,
    UNIQUE (source, id)
);
CREATE INDEX events_by_case ON events (case_reference, sequence);
CREATE INDEX events_by_time ON events (taken_at);

-- Letters that events call for.
CREATE TABLE letters (
    sequence       INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    event          INTEGER NOT NULL REFERENCES events (sequence),
    letter_type    TEXT NOT NULL,
    case_reference TEXT NOT NULL,
    party          TEXT NOT NULL,
    party_name     TEXT NOT NULL,
    name_folded    TEXT NOT NULL,
    language       TEXT NOT NULL,
    channel        TEXT NOT NULL,
    state          TEXT NOT NULL,
    called_at      TEXT NOT NULL,
    attempts       INTEGER NOT NULL DEFAULT 0,
    issuance       INTEGER NOT NULL DEFAULT 0,
    -- The newest event of the case that the letter's verdict has seen.
    considered     INTEGER NOT NULL DEFAULT 0,
    reasons        TEXT NOT NULL DEFAULT '[]',
    content_hash   TEXT,
    approved_hash  TEXT,
    approved_by    TEXT
);
CREATE INDEX letters_by_state ON letters (state, sequence);
CREATE INDEX letters_by_case ON letters (case_reference, sequence);
CREATE INDEX letters_by_event ON letters (event);

-- What was made of a letter: never changed. A letter that is set again under a new date gets a further number.
CREATE TABLE issuances (
    letter         TEXT NOT NULL REFERENCES letters (id),
    number         INTEGER NOT NULL,
    date           TEXT NOT NULL,
    issued_at      TEXT NOT NULL,
    sha256         TEXT NOT NULL,
    bytes          INTEGER NOT NULL,
    pages          INTEGER NOT NULL,
    type_version   TEXT NOT NULL,
    catalogue_hash TEXT NOT NULL,
    fonts_hash     TEXT NOT NULL,
    typst_version  TEXT NOT NULL,
    PRIMARY KEY (letter, number)
);
CREATE INDEX issuances_by_date ON issuances (date);
CREATE INDEX issuances_by_time ON issuances (issued_at);

-- How an issuance travels: waiting, sent, failed, recalled.
CREATE TABLE deliveries (
    letter     TEXT NOT NULL,
    number     INTEGER NOT NULL,
    channel    TEXT NOT NULL,
    date       TEXT NOT NULL,
    state      TEXT NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    due_at     TEXT NOT NULL,
    run        TEXT,
    message_id TEXT,
    problem    TEXT,
    sent_at    TEXT,
    PRIMARY KEY (letter, number),
    FOREIGN KEY (letter, number) REFERENCES issuances (letter, number)
);
CREATE INDEX deliveries_by_state ON deliveries (state, channel, due_at);
CREATE INDEX deliveries_by_run ON deliveries (run);
CREATE INDEX deliveries_by_time ON deliveries (sent_at);

-- Print runs, one a mailing date: closing, then closed.
CREATE TABLE runs (
    date      TEXT PRIMARY KEY,
    state     TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    totals    TEXT
);

-- The case file: what was done, in order. chain is the SHA-256 over the chain before it and the entry itself, so that an entry
-- that was altered, taken out or put in between is found.
CREATE TABLE entries (
    sequence       INTEGER PRIMARY KEY,
    case_reference TEXT NOT NULL,
    at             TEXT NOT NULL,
    kind           TEXT NOT NULL,
    event          INTEGER,
    letter         TEXT,
    detail         TEXT NOT NULL,
    chain          TEXT NOT NULL
);
CREATE INDEX entries_by_case ON entries (case_reference, sequence);
CREATE INDEX entries_by_letter ON entries (letter);
