-- Who holds a lock, by its fencing token, see db/schema/fences.sql. Executions of the version before have no token, and any is newer.
SET LOCAL lock_timeout = '2s';
CREATE TABLE lock_fences (
    key   text   PRIMARY KEY,
    token bigint NOT NULL
);
ALTER TABLE job_executions ADD COLUMN fence bigint;
