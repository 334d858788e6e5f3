-- The ledger is needed for a moment at the end; when it is not to be had soon, nobody shall queue behind this.
SET LOCAL lock_timeout = '2s';

-- What customers pay with a card, from the intent to its end.
CREATE TABLE payments (
    id              uuid           PRIMARY KEY,
    user_id         uuid           NOT NULL,
    idempotency_key text           NOT NULL,
    request_hash    bytea          NOT NULL,
    status          text           NOT NULL
                    CHECK (status IN ('PENDING', 'CHARGED', 'BOOKED', 'DECLINED', 'VOIDING', 'VOIDED', 'REFUNDING', 'REFUNDED')),
    currency        text           NOT NULL CHECK (length(currency) = 3),
    amount_minor    bigint         NOT NULL CHECK (amount_minor > 0),
    failure_code    text           NOT NULL DEFAULT '',
    failure_reason  text           NOT NULL DEFAULT '',
    refund_attempt  integer        NOT NULL DEFAULT 0,
    refund_scope    text           NOT NULL DEFAULT '',
    refund_key      text           NOT NULL DEFAULT '',
    version         bigint         NOT NULL,
    created_at      timestamptz(6) NOT NULL,
    updated_at      timestamptz(6) NOT NULL,
    touched_at      timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (user_id, idempotency_key)
);

CREATE INDEX payments_unsettled ON payments (touched_at) WHERE status IN ('PENDING', 'CHARGED', 'VOIDING', 'REFUNDING');

-- Two new kinds of entries. Added as NOT VALID, the rule holds for new rows at once and no old row is read under the lock.
ALTER TABLE ledger_entries DROP CONSTRAINT ledger_entries_kind_check;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_kind_check CHECK (kind IN (1, 2, 3, 4, 5)) NOT VALID;
