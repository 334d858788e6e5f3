-- atlas:txmode none

SET lock_timeout = '1s';
ALTER TABLE reservations ADD COLUMN IF NOT EXISTS total_quantity bigint;
RESET lock_timeout;
DROP INDEX CONCURRENTLY IF EXISTS reservations_to_fill;
CREATE INDEX CONCURRENTLY reservations_to_fill ON reservations (id) WHERE total_quantity IS NULL;
