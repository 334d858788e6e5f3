-- The wallets whose balance is not the fold of their ledger: no rows while the ledger is consistent. Safe to run on the live database.
WITH folded AS (
    SELECT user_id, currency, seq, balance_minor,
        sum(amount_minor) OVER (PARTITION BY user_id, currency ORDER BY seq) AS running
    FROM ledger_entries
), ledger AS (
    SELECT user_id, currency, max(seq) AS version, count(*) AS entries, bool_and(balance_minor = running) AS balanced
    FROM folded GROUP BY user_id, currency
)
SELECT wallets.user_id, wallets.currency, wallets.balance_minor, wallets.version
FROM wallets
LEFT JOIN ledger USING (user_id, currency)
LEFT JOIN folded ON folded.user_id = wallets.user_id AND folded.currency = wallets.currency AND folded.seq = ledger.version
WHERE wallets.balance_minor <> coalesce(folded.running, 0)
   OR wallets.version <> coalesce(ledger.version, 0)
   OR wallets.version <> coalesce(ledger.entries, 0)
   OR NOT coalesce(ledger.balanced, true);
