-- Contract, last step of docs/migrations.md: from here on every writer must know the column. NOT VALID looks at new rows only.
SET LOCAL lock_timeout = '2s';
ALTER TABLE reservations ADD CONSTRAINT reservations_total_quantity_present CHECK (total_quantity IS NOT NULL) NOT VALID;
