-- atlas:txmode none

SET lock_timeout = '500ms';
-- A division by zero is an error as good as any.
SELECT 1 / (SELECT CASE WHEN EXISTS (SELECT FROM reservations WHERE total_quantity IS NULL) THEN 0 ELSE 1 END);
ALTER TABLE reservations DROP CONSTRAINT IF EXISTS has_total;
ALTER TABLE reservations ADD CONSTRAINT has_total CHECK (total_quantity IS NOT NULL) NOT VALID;
ALTER TABLE reservations VALIDATE CONSTRAINT has_total;
ALTER TABLE reservations ALTER COLUMN total_quantity SET NOT NULL;
ALTER TABLE reservations DROP CONSTRAINT has_total;
RESET lock_timeout;
DROP INDEX CONCURRENTLY IF EXISTS reservations_to_fill;
