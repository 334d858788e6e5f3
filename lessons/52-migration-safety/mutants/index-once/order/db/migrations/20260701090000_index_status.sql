-- atlas:txmode none

CREATE INDEX CONCURRENTLY orders_by_status ON orders (status, created_at);
