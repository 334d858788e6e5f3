-- atlas:txmode none

CREATE INDEX CONCURRENTLY orders_by_paid_at ON orders (paid_at) WHERE paid_at IS NOT NULL;
