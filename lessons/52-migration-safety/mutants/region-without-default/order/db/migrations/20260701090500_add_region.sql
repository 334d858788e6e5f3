SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN region text NOT NULL DEFAULT 'eu';
ALTER TABLE orders ALTER COLUMN region DROP DEFAULT;
