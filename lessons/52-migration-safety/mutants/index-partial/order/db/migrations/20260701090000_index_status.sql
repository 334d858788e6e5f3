-- atlas:txmode none

DROP INDEX CONCURRENTLY IF EXISTS orders_by_status;
CREATE INDEX CONCURRENTLY orders_by_status ON orders (status, created_at) WHERE status < 5;
