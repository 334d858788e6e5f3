-- Contract, last step of docs/migrations.md: from here on every writer must know the column. NOT VALID looks at new rows only.
SET LOCAL lock_timeout = '2s';
DO $$
BEGIN
    IF EXISTS (SELECT FROM reservations WHERE total_quantity IS NULL) THEN
        RAISE EXCEPTION 'there are reservations without total_quantity'
            USING HINT = 'When no service of the version before the column runs any more: DATABASE_URL=... go run ./inventory/cmd/backfill';
    END IF;
END $$;
ALTER TABLE reservations ALTER COLUMN total_quantity SET NOT NULL;
