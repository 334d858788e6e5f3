-- The region of the warehouse. It is NULL in old orders until they are filled, and required a deploy later.
SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN region text;
