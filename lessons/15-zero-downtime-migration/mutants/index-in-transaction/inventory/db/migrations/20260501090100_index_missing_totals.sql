-- So that the backfill finds what is missing, and the last step knows that nothing is, without reading the table.
-- What a failed attempt left cannot be used, and goes first.
DROP INDEX CONCURRENTLY IF EXISTS reservations_without_total;
CREATE INDEX CONCURRENTLY reservations_without_total ON reservations (id) WHERE total_quantity IS NULL;
