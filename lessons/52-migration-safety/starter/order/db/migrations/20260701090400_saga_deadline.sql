-- When the saga is given up.
ALTER TABLE saga_executions ADD COLUMN deadline timestamptz(6);
UPDATE saga_executions SET deadline = created_at + interval '5 minutes';
