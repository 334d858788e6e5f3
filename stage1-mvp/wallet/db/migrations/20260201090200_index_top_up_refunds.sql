-- atlas:txmode none

-- Built while entries are written, which takes longer and must not be in a transaction.
-- What a failed attempt left cannot be used, and goes first.
DROP INDEX CONCURRENTLY IF EXISTS ledger_entries_top_up_refund_once;
CREATE UNIQUE INDEX CONCURRENTLY ledger_entries_top_up_refund_once ON ledger_entries (reference, kind) WHERE kind IN (4, 5);
