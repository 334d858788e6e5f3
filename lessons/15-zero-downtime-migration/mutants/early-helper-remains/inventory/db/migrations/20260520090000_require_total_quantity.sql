-- atlas:txmode none

CREATE FUNCTION require_totals() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM reservations WHERE total_quantity IS NULL) THEN
        RAISE EXCEPTION 'there are reservations without total_quantity';
    END IF;
END $$;
SELECT require_totals();
DROP FUNCTION require_totals();
SET lock_timeout = '2s';
ALTER TABLE reservations ADD CONSTRAINT reservations_total_quantity_present CHECK (total_quantity IS NOT NULL) NOT VALID;
