-- Reads the whole table, under a lock that lets reads and writes go on.
SET LOCAL lock_timeout = '2s';
DO $$
BEGIN
    IF EXISTS (SELECT FROM reservations WHERE total_quantity IS NULL) THEN
        RAISE EXCEPTION 'there are reservations without total_quantity'
            USING HINT = 'When no service of the version before the column runs any more: DATABASE_URL=... go run ./inventory/cmd/backfill';
    END IF;
END $$;
ALTER TABLE reservations VALIDATE CONSTRAINT reservations_total_quantity_present;
