-- The back office lists orders by status, oldest first.
SET LOCAL lock_timeout = '2s';
CREATE INDEX orders_by_status ON orders (status, created_at);
