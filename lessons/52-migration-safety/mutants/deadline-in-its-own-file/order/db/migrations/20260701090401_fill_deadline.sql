SET LOCAL lock_timeout = '2s';
UPDATE saga_executions SET deadline = created_at + interval '5 minutes' WHERE deadline IS NULL;
