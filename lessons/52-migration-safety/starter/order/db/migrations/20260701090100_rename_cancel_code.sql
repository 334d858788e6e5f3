-- It is a cause, and no code.
SET LOCAL lock_timeout = '2s';
ALTER TABLE orders RENAME COLUMN cancel_code TO cancel_cause;
