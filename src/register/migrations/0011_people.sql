-- The unit's people, how they sign in, the systems that come with a token, and what was done about all of them. No secret is here: of
-- sessions, links and tokens there is a hash, of passwords what Argon2id made of them.
CREATE TABLE accounts (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    -- Name and address as they are compared: no two read the same.
    name_folded   TEXT NOT NULL UNIQUE,
    email         TEXT NOT NULL,
    email_folded  TEXT NOT NULL UNIQUE,
    roles         TEXT NOT NULL,
    programs      TEXT NOT NULL,
    state         TEXT NOT NULL,
    password      TEXT,
    made_at       TEXT NOT NULL
);

-- One-time links: to an account, or, where it names none, to that of the first administrator.
CREATE TABLE sign_in_links (
    secret_hash   TEXT PRIMARY KEY,
    account       TEXT REFERENCES accounts (id),
    ends_at       TEXT NOT NULL
);
CREATE INDEX sign_in_links_by_account ON sign_in_links (account);

CREATE TABLE sessions (
    secret_hash   TEXT PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES accounts (id),
    made_at       TEXT NOT NULL,
    seen_at       TEXT NOT NULL,
    -- What the browser says to be, so that its owner knows it on a list.
    browser       TEXT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE system_tokens (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    name_folded   TEXT NOT NULL UNIQUE,
    secret_hash   TEXT NOT NULL UNIQUE,
    permissions   TEXT NOT NULL,
    made_at       TEXT NOT NULL,
    used_at       TEXT,
    revoked_at    TEXT
);

-- What was done about people and tokens; what was done in a case is in its file.
CREATE TABLE audit (
    number        INTEGER PRIMARY KEY,
    at            TEXT NOT NULL,
    actor         TEXT NOT NULL,
    kind          TEXT NOT NULL,
    -- Whom or what it concerns: an account's or a token's id.
    subject       TEXT NOT NULL,
    detail        TEXT NOT NULL,
    -- The chain up to it: over the chain before it and all that is stored of it. `settings` has the last.
    chain         TEXT NOT NULL
);
INSERT INTO settings (name, value) VALUES ('audit', '');
CREATE INDEX audit_by_kind ON audit (kind, number);
CREATE INDEX audit_by_subject ON audit (subject, number);

-- The program of a case, as its newest event tells it: by it is known who may see the case.
ALTER TABLE cases ADD COLUMN program TEXT NOT NULL DEFAULT '';
UPDATE cases SET program = coalesce((SELECT json_extract(e.data, '$.case.program') FROM events e
    WHERE e.case_reference = cases.reference ORDER BY e.sequence DESC LIMIT 1), '');
