-- atlas:txmode none

-- The same list, sorted by total.
-- What a failed attempt left cannot be used, and goes first.
DROP INDEX CONCURRENTLY IF EXISTS orders_by_total;
CREATE INDEX CONCURRENTLY orders_by_total ON orders (total_minor, id);
