-- Takedowns that this database has followed, so that one that a crash cut off is not followed twice.
CREATE TABLE store.takedown (
    takedown_id VARCHAR PRIMARY KEY,
    taken TIMESTAMP NOT NULL
);
