CREATE TABLE orders (
    id            uuid           PRIMARY KEY,
    buyer_id      uuid           NOT NULL,
    status        smallint       NOT NULL CHECK (status BETWEEN 1 AND 5),
    currency      char(3)        NOT NULL,
    total_minor   bigint         NOT NULL CHECK (total_minor > 0),
    cancel_code   text           NOT NULL DEFAULT '',
    cancel_reason text           NOT NULL DEFAULT '',
    version       bigint         NOT NULL,
    created_at    timestamptz(6) NOT NULL,
    updated_at    timestamptz(6) NOT NULL,
    paid_at       timestamptz(6),
    cancelled_at  timestamptz(6)
) WITH (fillfactor = 70);

CREATE INDEX orders_by_buyer ON orders (buyer_id, created_at DESC, id DESC);

CREATE INDEX orders_by_created_at ON orders (created_at, id);
CREATE INDEX orders_by_total ON orders (total_minor, id);

CREATE INDEX orders_by_cancelled_at ON orders (cancelled_at) WHERE cancelled_at IS NOT NULL;

CREATE TABLE order_items (
    order_id         uuid     NOT NULL,
    position         smallint NOT NULL,
    sku              text     NOT NULL,
    quantity         integer  NOT NULL CHECK (quantity > 0),
    unit_price_minor bigint   NOT NULL CHECK (unit_price_minor >= 0),
    PRIMARY KEY (order_id, position)
);

CREATE TABLE saga_executions (
    id             uuid           PRIMARY KEY,
    saga_type      text           NOT NULL,
    aggregate_id   uuid           NOT NULL,
    status         text           NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'COMPENSATING', 'COMPENSATED', 'FAILED')),
    current_step   text           NOT NULL DEFAULT '',
    request_scope  text           NOT NULL,
    request_key    text           NOT NULL,
    failure_code   text           NOT NULL DEFAULT '',
    failure_reason text           NOT NULL DEFAULT '',
    steps          jsonb          NOT NULL,
    version        bigint         NOT NULL,
    created_at     timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    updated_at     timestamptz(6) NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 70);

CREATE INDEX saga_executions_unsettled ON saga_executions (created_at) WHERE status IN ('RUNNING', 'COMPENSATING');

CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
) WITH (fillfactor = 70);

CREATE INDEX processed_events_by_created_at ON processed_events USING brin (created_at);

CREATE TABLE job_executions (
    id          uuid           PRIMARY KEY,
    job_name    text           NOT NULL,
    job_window  text           NOT NULL,
    trigger     text           NOT NULL CHECK (trigger IN ('cron', 'api', 'backfill')),
    status      text           NOT NULL CHECK (status IN ('RUNNING', 'SUCCEEDED', 'FAILED')),
    attempt     integer        NOT NULL,
    started_at  timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz(6),
    error       text           NOT NULL DEFAULT '',
    result      jsonb,
    UNIQUE (job_name, job_window, attempt)
);

CREATE UNIQUE INDEX job_executions_once ON job_executions (job_name, job_window) WHERE status IN ('RUNNING', 'SUCCEEDED');

CREATE INDEX job_executions_by_start ON job_executions (job_name, started_at DESC, id DESC);
