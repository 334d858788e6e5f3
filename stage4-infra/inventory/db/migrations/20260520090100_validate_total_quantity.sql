-- Reads the whole table, under a lock that lets reads and writes go on.
SET LOCAL lock_timeout = '2s';
ALTER TABLE reservations VALIDATE CONSTRAINT reservations_total_quantity_present;
