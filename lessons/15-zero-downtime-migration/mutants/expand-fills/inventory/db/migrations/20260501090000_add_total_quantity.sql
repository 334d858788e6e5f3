-- Expand, first step of docs/migrations.md. A column without default is a change of the catalogue alone: no row is written. What it
-- needs is the table for a moment; when it does not get it soon it gives up, so that nobody queues behind it.
SET LOCAL lock_timeout = '2s';
ALTER TABLE reservations ADD COLUMN total_quantity bigint;
UPDATE reservations AS r SET total_quantity = (SELECT sum(quantity) FROM reservation_items AS i WHERE i.reservation_id = r.id);
