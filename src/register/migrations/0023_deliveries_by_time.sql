-- What was sent in a day is found by its state and time together: nearly all deliveries are of the one state.
DROP INDEX deliveries_by_time;
CREATE INDEX deliveries_by_time ON deliveries (state, sent_at);
