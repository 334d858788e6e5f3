-- atlas:txmode none

CREATE INDEX CONCURRENTLY reservations_without_total ON reservations (id) WHERE total_quantity IS NULL;
