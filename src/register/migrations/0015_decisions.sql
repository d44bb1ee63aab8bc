-- What managers decide of: the amount that an approver's authority must reach, since when a letter waits for an approval, and when it was
-- sent back to its officer, until it is sent for approval again.
ALTER TABLE letters ADD COLUMN amount TEXT;
ALTER TABLE letters ADD COLUMN awaited_since TEXT;
ALTER TABLE letters ADD COLUMN returned_at TEXT;
CREATE INDEX letters_returned ON letters (returned_at) WHERE returned_at IS NOT NULL;
CREATE INDEX letters_awaiting ON letters (awaited_since, sequence) WHERE awaited_since IS NOT NULL;

-- What waits already waits since the first of its newest entries that say so.
UPDATE letters SET awaited_since = (SELECT min(e.at) FROM entries e WHERE e.letter = letters.id AND e.kind = 'approval-awaited'
    AND e.sequence > coalesce((SELECT max(o.sequence) FROM entries o WHERE o.letter = letters.id AND o.kind IN
        ('letter-held', 'letter-refused', 'letter-ended', 'letter-issued', 'letter-recalled', 'letter-withdrawn')), 0))
WHERE state = 'awaiting-approval';
