-- What letters are found by. All of it is derived: the columns from cases and issuances, the two indexes from letters and sources; what
-- is not there yet is made when the register is opened (register/carry_over.rs and desk/words.rs).

-- The program of its case; its newest issuance's date, empty before the first; its addressee's name as lists are sorted, surname first.
ALTER TABLE letters ADD COLUMN program TEXT NOT NULL DEFAULT '';
UPDATE letters SET program = coalesce((SELECT c.program FROM cases c WHERE c.reference = letters.case_reference), '');
ALTER TABLE letters ADD COLUMN day TEXT NOT NULL DEFAULT '';
UPDATE letters SET day = coalesce((
    SELECT i.date FROM issuances i WHERE i.letter = letters.id AND i.number = letters.issuance), '');
ALTER TABLE letters ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
-- The cents that it asks for, or else is about, once its words were written; -1 where it is about no money, or nothing is known.
ALTER TABLE letters ADD COLUMN cents INTEGER NOT NULL DEFAULT -1;
-- The issuance whose words can be found, and the letters whose newest cannot yet.
ALTER TABLE letters ADD COLUMN worded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX letters_unworded ON letters (sequence) WHERE issuance > worded;
CREATE INDEX letters_unmarked ON letters (sequence) WHERE sort_name = '';

CREATE INDEX letters_by_type ON letters (letter_type, sequence);
CREATE INDEX letters_by_channel ON letters (channel, sequence);
CREATE INDEX letters_by_program ON letters (program, sequence);
CREATE INDEX letters_by_day ON letters (day, sequence);
CREATE INDEX letters_by_name ON letters (sort_name, sequence);
CREATE INDEX letters_by_cents ON letters (cents, sequence);

-- Parts of a letter's number, case, person's key and people's names, under the letter's sequence. None of them ever changes.
CREATE VIRTUAL TABLE letter_marks USING fts5 (
    letter, case_reference, person, names, content = '', tokenize = 'trigram case_sensitive 1');
-- The words of a letter's newest issuance, without case and accents, under the letter's sequence.
CREATE VIRTUAL TABLE letter_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
