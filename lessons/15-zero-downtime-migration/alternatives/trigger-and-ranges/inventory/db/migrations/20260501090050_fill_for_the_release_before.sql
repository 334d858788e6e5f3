-- The release before does not know the column: until it is gone, the database writes it.
SET LOCAL lock_timeout = '2s';
CREATE FUNCTION fill_total_quantity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reservations AS r SET total_quantity = (SELECT sum(i.quantity) FROM reservation_items AS i WHERE i.reservation_id = r.id)
    WHERE r.total_quantity IS NULL AND r.id IN (SELECT reservation_id FROM added);
    RETURN NULL;
END $$;
CREATE TRIGGER fill_total_quantity AFTER INSERT ON reservation_items REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION fill_total_quantity();
