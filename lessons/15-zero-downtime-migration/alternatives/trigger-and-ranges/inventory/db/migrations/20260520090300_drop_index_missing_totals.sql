-- atlas:txmode none

DROP INDEX CONCURRENTLY IF EXISTS reservations_total;
