-- Reads all rows, and lets others write meanwhile.
ALTER TABLE ledger_entries VALIDATE CONSTRAINT ledger_entries_kind_check;
