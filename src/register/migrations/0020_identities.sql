-- Whose account somebody's is at an OpenID Connect provider. The provider's subject is theirs for good; names and addresses change hands.
CREATE TABLE identities (
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    account       TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX identities_by_account ON identities (account, issuer);
