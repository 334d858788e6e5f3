-- When the saga is given up. A program fills the sagas that are there.
SET LOCAL lock_timeout = '2s';
ALTER TABLE saga_executions ADD COLUMN deadline timestamptz(6);
