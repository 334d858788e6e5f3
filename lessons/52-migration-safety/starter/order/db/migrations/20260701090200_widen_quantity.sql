-- Wholesale orders have more than two billion units.
SET LOCAL lock_timeout = '2s';
ALTER TABLE order_items ALTER COLUMN quantity TYPE bigint;
