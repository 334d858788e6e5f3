SET LOCAL lock_timeout = '2s';
CREATE INDEX reservations_without_total ON reservations (id) WHERE total_quantity IS NULL;
