-- atlas:txmode none

CREATE INDEX CONCURRENTLY IF NOT EXISTS reservations_without_total ON reservations (id) WHERE total_quantity IS NULL;
