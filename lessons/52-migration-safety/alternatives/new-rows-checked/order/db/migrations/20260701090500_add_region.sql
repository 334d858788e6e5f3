SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN region text;
ALTER TABLE orders ADD CONSTRAINT orders_region_known CHECK (region IN ('eu', 'us')) NOT VALID;
