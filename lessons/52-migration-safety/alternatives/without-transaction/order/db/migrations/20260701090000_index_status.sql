-- atlas:txmode none

SET lock_timeout = '1s';
ALTER TABLE orders ADD COLUMN IF NOT EXISTS cancel_cause text, ADD COLUMN IF NOT EXISTS region text;
RESET lock_timeout;
DROP INDEX CONCURRENTLY IF EXISTS back_office_orders;
CREATE INDEX CONCURRENTLY back_office_orders ON orders USING btree (status, created_at, id);
