SET LOCAL lock_timeout = '2s';
ALTER TABLE saga_executions ADD COLUMN deadline timestamptz(6) DEFAULT clock_timestamp() + interval '5 minutes';
