-- The program that a row of a merge names: until its event is taken, nothing else says whose the row is.
ALTER TABLE merge_rows ADD COLUMN program TEXT NOT NULL DEFAULT '';
