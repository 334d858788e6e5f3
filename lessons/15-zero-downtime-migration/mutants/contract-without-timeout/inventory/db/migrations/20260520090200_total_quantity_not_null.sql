-- PostgreSQL believes the constraint and does not read the table again.
ALTER TABLE reservations ALTER COLUMN total_quantity SET NOT NULL;
ALTER TABLE reservations DROP CONSTRAINT reservations_total_quantity_present;
