-- atlas:txmode none

CREATE INDEX CONCURRENTLY orders_by_cancelled_at ON orders (cancelled_at) WHERE cancelled_at IS NOT NULL;
