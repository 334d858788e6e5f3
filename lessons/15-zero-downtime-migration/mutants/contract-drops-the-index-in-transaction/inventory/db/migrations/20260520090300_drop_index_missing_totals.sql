DROP INDEX IF EXISTS reservations_without_total;
