-- The person whom an event is about: other cases of the same person bear on some letters.
ALTER TABLE events ADD COLUMN person TEXT NOT NULL DEFAULT '';
UPDATE events SET person = json_extract(data, '$.party.id');
CREATE INDEX events_by_person ON events (person, sequence);
CREATE INDEX letters_by_party ON letters (party, sequence);

-- What Recto itself noticed to be due: proposed, then accepted, declined or lapsed.
CREATE TABLE follow_ups (
    id             TEXT PRIMARY KEY,
    case_reference TEXT NOT NULL,
    person         TEXT NOT NULL,
    kind           TEXT NOT NULL,
    letter_type    TEXT,
    due            TEXT NOT NULL,
    says           TEXT NOT NULL,
    state          TEXT NOT NULL,
    decided_by     TEXT,
    reason         TEXT
);
CREATE INDEX follow_ups_by_state ON follow_ups (state, due, id);
CREATE INDEX follow_ups_by_case ON follow_ups (case_reference);

-- On which day each case was last looked at for what is due; empty since its newest event, which is `newest`.
CREATE TABLE follow_up_looks (
    case_reference TEXT PRIMARY KEY,
    newest         INTEGER NOT NULL,
    day            TEXT NOT NULL
);
CREATE INDEX follow_up_looks_by_day ON follow_up_looks (day, case_reference);
INSERT INTO follow_up_looks (case_reference, newest, day)
    SELECT case_reference, max(sequence), '' FROM events GROUP BY case_reference;
