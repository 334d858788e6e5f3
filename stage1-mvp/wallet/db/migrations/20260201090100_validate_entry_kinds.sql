-- Reads all rows, and lets others write meanwhile.
SET LOCAL lock_timeout = '2s';
ALTER TABLE ledger_entries VALIDATE CONSTRAINT ledger_entries_kind_check;
