SET LOCAL lock_timeout = '2s';
ALTER TABLE orders RENAME COLUMN cancel_code TO cancel_cause;
ALTER TABLE orders ADD COLUMN cancel_code text NOT NULL DEFAULT '';
ALTER TABLE orders ALTER COLUMN cancel_cause DROP NOT NULL;
