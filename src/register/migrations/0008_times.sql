-- The times that an issuance gave its reader (JSON), as they were printed. NULL where it was issued before they were kept.
ALTER TABLE issuances ADD COLUMN times TEXT;
