-- The region of the warehouse; every order has one.
SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN region text NOT NULL;
