-- The ground made firm: an actor for each act, one chain a case, versions instead of sequences, work as a fact of its own, claims,
-- runs and pieces as rows. What was there is carried over; register/carry_over.rs does what SQL cannot.

-- How often each case and each person was touched by an event. Whoever takes one adds to both, in its own transaction, so that a
-- verdict that has seen a version has seen all that led to it, in whatever order transactions end.
CREATE TABLE cases (
    reference   TEXT PRIMARY KEY,
    version     INTEGER NOT NULL,
    -- The case file: how many entries it has, and the chain up to the last of them (empty before the first of version 2).
    entries     INTEGER NOT NULL DEFAULT 0,
    chain       TEXT NOT NULL DEFAULT '',
    -- The day on which it was last followed up; empty since its newest event.
    followed_on TEXT NOT NULL DEFAULT ''
);
CREATE INDEX cases_by_followed ON cases (followed_on, reference);
INSERT INTO cases (reference, version) SELECT case_reference, count(*) FROM events GROUP BY case_reference;
UPDATE cases SET entries = (SELECT count(*) FROM entries WHERE case_reference = reference);
CREATE TABLE persons (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL
);
INSERT INTO persons (id, version) SELECT person, count(*) FROM events GROUP BY person;
DROP TABLE follow_up_looks;

-- Whom a letter is about, and to whom it is addressed.
DROP INDEX letters_by_party;
ALTER TABLE letters RENAME COLUMN party TO person;
ALTER TABLE letters RENAME COLUMN party_name TO addressee_name;
ALTER TABLE letters RENAME COLUMN name_folded TO names_folded;
ALTER TABLE letters ADD COLUMN person_name TEXT NOT NULL DEFAULT '';
CREATE INDEX letters_by_person ON letters (person, sequence);

-- Work: a letter is to be worked while it was wanted more often than it was worked.
ALTER TABLE letters ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letters ADD COLUMN worked INTEGER NOT NULL DEFAULT 0;
-- Whether it is held for another letter's sake, so that it is looked at again when that one is stopped.
ALTER TABLE letters ADD COLUMN held_for_letters INTEGER NOT NULL DEFAULT 0;
-- What its verdict has seen.
ALTER TABLE letters ADD COLUMN seen_case INTEGER NOT NULL DEFAULT 0;
ALTER TABLE letters ADD COLUMN seen_person INTEGER NOT NULL DEFAULT 0;
UPDATE letters SET
    seen_case = (SELECT count(*) FROM events WHERE events.case_reference = letters.case_reference AND sequence <= considered),
    seen_person = (SELECT count(*) FROM events WHERE events.person = letters.person AND sequence <= considered);
ALTER TABLE letters DROP COLUMN considered;
-- What an approval is bound to stands apart from the hash of the words that were issued.
ALTER TABLE letters ADD COLUMN seal TEXT;
ALTER TABLE letters RENAME COLUMN approved_hash TO approved_seal;
UPDATE letters SET seal = content_hash, content_hash = NULL WHERE state = 'awaiting-approval';
-- 'due' stood for "to be worked" too: such a letter gets back the state that its case file tells.
UPDATE letters SET wanted = 1 WHERE state = 'due';
UPDATE letters SET state = coalesce((
    SELECT CASE kind
        WHEN 'letter-held' THEN 'held' WHEN 'approval-awaited' THEN 'awaiting-approval' WHEN 'letter-approved' THEN 'awaiting-approval'
        WHEN 'letter-refused' THEN 'refused' WHEN 'letter-ended' THEN 'ended' WHEN 'letter-recalled' THEN 'recalled' END
    FROM entries WHERE entries.letter = letters.id AND kind NOT IN ('letter-overridden', 'letter-cleared')
    ORDER BY sequence DESC LIMIT 1), 'due')
WHERE state = 'due';
UPDATE letters SET seal = content_hash, content_hash = NULL WHERE state = 'awaiting-approval' AND seal IS NULL;
UPDATE letters SET held_for_letters = 1
WHERE state = 'held' AND (reasons LIKE '%no-duplicate%' OR reasons LIKE '%no-conflicting-letter%');
DROP INDEX letters_by_state;
CREATE INDEX letters_by_state ON letters (state, sequence);
CREATE INDEX letters_to_work ON letters (sequence) WHERE wanted > worked;
CREATE INDEX letters_to_work_of_case ON letters (case_reference, sequence) WHERE wanted > worked;

-- Who is at work on what: `case/` and a case for one of its letters, `mail/` and a letter that is sent, `run/` and a mailing date. A
-- claim ends when its owner says so, when the owner is gone, or at its end.
CREATE TABLE claims (
    subject TEXT PRIMARY KEY,
    letter  TEXT,
    worker  TEXT NOT NULL,
    until   TEXT NOT NULL
);
CREATE INDEX claims_by_worker ON claims (worker);

-- Print runs: a date may have several. Pieces: what is printed where.
CREATE TABLE print_runs (
    id        TEXT PRIMARY KEY,
    date      TEXT NOT NULL,
    ordinal   INTEGER NOT NULL,
    state     TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    opened_by TEXT,
    closed_at TEXT,
    closed_by TEXT,
    totals    TEXT,
    UNIQUE (date, ordinal)
);
INSERT INTO print_runs (id, date, ordinal, state, opened_at, closed_at, totals)
    SELECT date, date, 1, state, opened_at, closed_at, totals FROM runs;
CREATE TABLE pieces (
    run        TEXT NOT NULL REFERENCES print_runs (id),
    number     INTEGER NOT NULL,
    letter     TEXT NOT NULL,
    issuance   INTEGER NOT NULL,
    file       TEXT NOT NULL,
    first_page INTEGER NOT NULL,
    pages      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    PRIMARY KEY (run, number),
    UNIQUE (letter, issuance),
    FOREIGN KEY (letter, issuance) REFERENCES issuances (letter, number)
);
INSERT INTO pieces (run, number, letter, issuance, file, first_page, pages, state)
    SELECT run, number, letter, issuance, printf('letters-%03d.pdf', file + 1),
        1 + coalesce(sum(pages + pages % 2) OVER (
            PARTITION BY run, file ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0),
        pages, CASE state WHEN 'sent' THEN 'printed' ELSE 'gathered' END
    FROM (
        SELECT d.run, d.letter, d.number AS issuance, i.pages, d.state,
            row_number() OVER (PARTITION BY d.run ORDER BY d.letter) AS number,
            (row_number() OVER (PARTITION BY d.run ORDER BY d.letter) - 1) / 2000 AS file
        FROM deliveries d JOIN issuances i ON i.letter = d.letter AND i.number = d.number
        WHERE d.run IS NOT NULL AND d.state IN ('waiting', 'sent'));
DROP INDEX deliveries_by_run;
ALTER TABLE deliveries DROP COLUMN run;
DROP TABLE runs;

-- Entries: numbered within their case, chained within their case, each with its actor. Version 1 is the one chain of before; its
-- last link is the first of every case's chain of version 2, and is kept in settings.
ALTER TABLE entries ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE entries ADD COLUMN actor TEXT;
UPDATE entries SET number = (
    SELECT count(*) FROM entries before WHERE before.case_reference = entries.case_reference AND before.sequence <= entries.sequence);
DROP INDEX entries_by_case;
CREATE UNIQUE INDEX entries_by_case ON entries (case_reference, number);
INSERT INTO settings (name, value) SELECT 'chain', coalesce((SELECT chain FROM entries ORDER BY sequence DESC LIMIT 1), '');

-- What is kept with an issuance: the letter's own footer, and its covering mail (JSON, deflated).
ALTER TABLE sources ADD COLUMN footer BLOB;
ALTER TABLE sources ADD COLUMN mail BLOB;

-- A house's files, one a row, so that they may be other than text.
CREATE TABLE house_files (
    house TEXT NOT NULL REFERENCES houses (hash),
    name  TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (house, name)
);
INSERT INTO house_files (house, name, bytes)
    SELECT hash, file.key, CAST(file.value AS BLOB) FROM houses, json_each(houses.files) AS file;
ALTER TABLE houses DROP COLUMN files;
