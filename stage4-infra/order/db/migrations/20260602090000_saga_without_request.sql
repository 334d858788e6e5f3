-- The answer is stored with the request, so sagas no longer refer to it. The columns stay for instances of the version before.
SET LOCAL lock_timeout = '2s';

ALTER TABLE saga_executions
    ALTER COLUMN request_scope SET DEFAULT '',
    ALTER COLUMN request_key SET DEFAULT '';
