-- atlas:txmode none

-- The back office lists orders by status, oldest first. What a failed attempt left goes first.
DROP INDEX CONCURRENTLY IF EXISTS orders_by_status;
CREATE INDEX CONCURRENTLY orders_by_status ON orders (status, created_at);
