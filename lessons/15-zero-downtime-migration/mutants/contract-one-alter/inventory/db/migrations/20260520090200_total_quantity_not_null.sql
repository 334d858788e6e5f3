-- PostgreSQL believes the constraint and does not read the table again.
SET LOCAL lock_timeout = '2s';
ALTER TABLE reservations ALTER COLUMN total_quantity SET NOT NULL,
    DROP CONSTRAINT reservations_total_quantity_present;
