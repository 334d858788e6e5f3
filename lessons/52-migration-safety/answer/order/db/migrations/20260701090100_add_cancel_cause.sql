-- cancel_code stays until no release reads it: written by both names first, then filled, then dropped.
SET LOCAL lock_timeout = '2s';
ALTER TABLE orders ADD COLUMN cancel_cause text;
