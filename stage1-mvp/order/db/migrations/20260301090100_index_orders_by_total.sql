-- atlas:txmode none
-- The same list, sorted by total.
CREATE INDEX CONCURRENTLY orders_by_total ON orders (total_minor, id);
