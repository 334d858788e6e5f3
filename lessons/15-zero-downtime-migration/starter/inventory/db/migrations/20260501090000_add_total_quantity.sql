-- TODO: a first draft. It is right on an empty database.
ALTER TABLE reservations ADD COLUMN total_quantity bigint NOT NULL DEFAULT 0;
CREATE INDEX reservations_without_total ON reservations (id) WHERE total_quantity = 0;
