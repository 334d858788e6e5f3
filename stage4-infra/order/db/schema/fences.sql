-- The newest fencing token of each lock. Redis may lose a lock or give it to two holders; this row tells who was the last to get it, and
-- statements of an earlier holder find no row with their token.
CREATE TABLE lock_fences (
    key   text   PRIMARY KEY,
    token bigint NOT NULL
);
