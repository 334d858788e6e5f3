-- The outbox of the service, see db/schema/outbox.sql.
SET LOCAL lock_timeout = '2s';
CREATE TABLE outbox_events (
    -- Drawn right before the commit, while the aggregate is locked: the events of one aggregate are in the order of its commits. Events of
    -- different aggregates may become visible in any order, so no reader may remember the last seq that it has seen. It has no index of its
    -- own: the planner would read all events in its order, the sent ones too, to find the oldest that are not sent.
    seq            bigint         NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- The message id.
    id             text           PRIMARY KEY,
    aggregate_type text           NOT NULL,
    aggregate_id   text           NOT NULL,
    -- All events of an aggregate are in one partition, which one relay owns at a time: see outbox_leases.
    part           smallint       NOT NULL GENERATED ALWAYS AS ((hashtextextended(aggregate_id, 0) & 31)::smallint) STORED,
    event_type     text           NOT NULL,
    event_version  integer        NOT NULL,
    -- Counts the events of the aggregate; 0 for commands and replies.
    sequence       bigint         NOT NULL,
    occurred_at    timestamptz(6) NOT NULL,
    correlation_id text           NOT NULL,
    traceparent    text           NOT NULL,
    tracestate     text           NOT NULL,
    payload        json           NOT NULL,
    -- How often the broker refused the event, why, and when it is published again: at infinity, if it has failed.
    retry_count    integer        NOT NULL DEFAULT 0,
    last_error     text           NOT NULL DEFAULT '',
    retry_at       timestamptz(6),
    created_at     timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    -- Who sent or last tried to send the event. Who is about to send it, outbox_leases says.
    picked_at      timestamptz(6),
    picked_by      text,
    sent_at        timestamptz(6),
    failed_at      timestamptz(6)
);

CREATE INDEX outbox_events_unsent ON outbox_events (part, seq) WHERE sent_at IS NULL;

CREATE INDEX outbox_events_refused ON outbox_events (part, retry_at) WHERE sent_at IS NULL AND retry_at IS NOT NULL;

CREATE INDEX outbox_events_created_at ON outbox_events USING brin (created_at);

CREATE TABLE outbox_leases (
    part       smallint       PRIMARY KEY CHECK (part BETWEEN 0 AND 31),
    picked_by  text,
    picked_at  timestamptz(6),
    expires_at timestamptz(6),
    epoch      bigint         NOT NULL DEFAULT 0
);

CREATE TABLE outbox_relays (
    name       text           PRIMARY KEY,
    expires_at timestamptz(6) NOT NULL
);

INSERT INTO outbox_leases (part) SELECT generate_series(0, 31);
