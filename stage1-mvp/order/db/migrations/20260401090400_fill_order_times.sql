-- atlas:txmode none

-- Orders of older versions of the service: their last change is the one that is meant. In small transactions, so that no sale waits.
-- While old and new versions serve together the old ones leave more of these: run this block again when the last of them is gone.
DO $$
DECLARE
    batch uuid[];
    last  uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
    LOOP
        batch := ARRAY(SELECT id FROM orders WHERE id > last ORDER BY id LIMIT 1000);
        EXIT WHEN cardinality(batch) = 0;
        UPDATE orders SET paid_at = updated_at WHERE id = ANY (batch) AND status IN (3, 4) AND paid_at IS NULL;
        UPDATE orders SET cancelled_at = updated_at WHERE id = ANY (batch) AND status = 5 AND cancelled_at IS NULL;
        COMMIT;
        last := batch[cardinality(batch)];
    END LOOP;
END $$;
