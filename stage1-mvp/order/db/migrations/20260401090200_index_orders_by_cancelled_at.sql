-- atlas:txmode none

-- For the report of a day. What a failed attempt left cannot be used, and goes first.
DROP INDEX CONCURRENTLY IF EXISTS orders_by_cancelled_at;
CREATE INDEX CONCURRENTLY orders_by_cancelled_at ON orders (cancelled_at) WHERE cancelled_at IS NOT NULL;
