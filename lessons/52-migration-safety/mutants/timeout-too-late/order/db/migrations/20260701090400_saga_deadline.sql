ALTER TABLE saga_executions ADD COLUMN deadline timestamptz(6);
SET LOCAL lock_timeout = '2s';
