UPDATE reservations AS r SET total_quantity = (SELECT sum(quantity) FROM reservation_items AS i WHERE i.reservation_id = r.id);
