SET LOCAL lock_timeout = '2s';
ALTER TABLE order_items RENAME COLUMN quantity TO units_before;
ALTER TABLE order_items ADD COLUMN quantity bigint, ADD COLUMN units bigint;
