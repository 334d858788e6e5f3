-- Nothing is filled in: orders that were paid or cancelled before this are in no report, and there was none.
SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN paid_at timestamptz(6), ADD COLUMN cancelled_at timestamptz(6);
