SET LOCAL lock_timeout = '2s';
DROP TRIGGER fill_total_quantity ON reservation_items;
DROP FUNCTION fill_total_quantity;
