-- atlas:txmode none

-- For the report of a day. What a failed attempt left cannot be used, and goes first.
DROP INDEX CONCURRENTLY IF EXISTS orders_by_paid_at;
CREATE INDEX CONCURRENTLY orders_by_paid_at ON orders (paid_at) WHERE paid_at IS NOT NULL;
