ALTER TABLE reservations ADD COLUMN total_quantity bigint;
SET LOCAL lock_timeout = '2s';
