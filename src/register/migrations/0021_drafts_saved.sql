-- Drafts that nobody has touched for long are thrown away.
CREATE INDEX drafts_by_saved ON drafts (saved_at);
