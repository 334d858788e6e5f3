SET LOCAL statement_timeout = '30s';
ALTER TABLE saga_executions ADD COLUMN deadline timestamptz(6);
