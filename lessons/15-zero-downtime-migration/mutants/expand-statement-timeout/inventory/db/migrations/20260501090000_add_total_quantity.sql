-- Expand, first step of docs/migrations.md. A column without default is a change of the catalogue alone: no row is written. What it
-- needs is the table for a moment; when it does not get it soon it gives up, so that nobody queues behind it.
SET LOCAL statement_timeout = '30s';
ALTER TABLE reservations ADD COLUMN total_quantity bigint;
