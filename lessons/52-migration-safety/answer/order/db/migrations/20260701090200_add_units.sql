-- Wholesale orders have more than two billion units. A wider quantity would rewrite the table.
SET LOCAL lock_timeout = '2s';
ALTER TABLE order_items ADD COLUMN units bigint;
