-- atlas:txmode none

DROP INDEX CONCURRENTLY IF EXISTS reservations_total;
CREATE INDEX CONCURRENTLY reservations_total ON reservations (total_quantity, id);
