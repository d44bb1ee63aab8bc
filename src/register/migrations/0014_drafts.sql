-- What somebody is writing: letters not asked for yet, events not told yet. Nothing in a case rests on it, so it is no part of any chain.
CREATE TABLE drafts (
    id              TEXT PRIMARY KEY,
    -- Whose: an account's id, or the name of who is no person.
    owner           TEXT NOT NULL,
    -- A letter, or an event; and of which type.
    kind            TEXT NOT NULL,
    what            TEXT NOT NULL,
    case_reference  TEXT NOT NULL,
    person          TEXT NOT NULL,
    -- The letter whose place it is to take; empty where it is none.
    replaces        TEXT NOT NULL,
    -- Everything that was typed, as it was typed: a JSON object of field and text.
    typed           TEXT NOT NULL,
    saved_at        TEXT NOT NULL
);
CREATE INDEX drafts_by_owner ON drafts (owner, saved_at);
