-- What inventory/cmd/backfill does between this deploy and the next.
UPDATE reservations SET total_quantity = (SELECT sum(quantity) FROM reservation_items WHERE reservation_id = reservations.id);
