-- atlas:txmode none

-- For the admin's list of all orders. Built while orders are written, which takes longer and must not be in a transaction.
-- What a failed attempt left cannot be used, and goes first.
DROP INDEX CONCURRENTLY IF EXISTS orders_by_created_at;
CREATE INDEX CONCURRENTLY orders_by_created_at ON orders (created_at, id);
