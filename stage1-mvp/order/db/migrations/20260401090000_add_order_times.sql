-- Columns without a default cost nothing, however many orders there are. Services that do not know them go on working.
ALTER TABLE orders ADD COLUMN paid_at timestamptz(6), ADD COLUMN cancelled_at timestamptz(6);
