-- What order_db looks like now. Change this file, then let Atlas write the migration that leads there.

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
    -- When it was first told to be so; NULL until then. Reports are made of these, because no later change of the order touches them.
    paid_at       timestamptz(6),
    cancelled_at  timestamptz(6)
);

-- The buyer's list is read in this order, page by page, with a row comparison that this index answers.
CREATE INDEX orders_by_buyer ON orders (buyer_id, created_at DESC, id DESC);

-- The admin's list of all orders, forwards or backwards. The status is a filter and in no index: it changes, and as long as nothing
-- that is indexed changes, PostgreSQL can store a new version of an order without touching any index.
CREATE INDEX orders_by_created_at ON orders (created_at, id);
CREATE INDEX orders_by_total ON orders (total_minor, id);

-- A day's report is a range of each. Paying and cancelling must touch all indexes for them, once in the life of an order.
CREATE INDEX orders_by_paid_at ON orders (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX orders_by_cancelled_at ON orders (cancelled_at) WHERE cancelled_at IS NOT NULL;

CREATE TABLE order_items (
    order_id         uuid     NOT NULL REFERENCES orders (id),
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
    -- Whose request this is: the answer is stored under this scope and key when the saga is settled, by whoever settles it.
    request_scope  text           NOT NULL,
    request_key    text           NOT NULL,
    -- Why it is being undone.
    failure_code   text           NOT NULL DEFAULT '',
    failure_reason text           NOT NULL DEFAULT '',
    version        bigint         NOT NULL,
    created_at     timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    updated_at     timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (saga_type, aggregate_id)
);

-- The scanner looks for the oldest of the few that are not settled.
CREATE INDEX saga_executions_unsettled ON saga_executions (updated_at) WHERE status IN ('RUNNING', 'COMPENSATING');

CREATE TABLE saga_steps (
    saga_id    uuid           NOT NULL REFERENCES saga_executions (id),
    step_name  text           NOT NULL,
    position   smallint       NOT NULL,
    status     text           NOT NULL
               CHECK (status IN ('STARTED', 'DONE', 'FAILED', 'UNCERTAIN', 'COMPENSATING', 'COMPENSATED')),
    attempts   integer        NOT NULL DEFAULT 0,
    error      text           NOT NULL DEFAULT '',
    created_at timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (saga_id, step_name)
);

CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    -- NULL while the answer is not known yet.
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);

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

-- This is what makes a window done once: it has at most one execution that runs or has succeeded.
CREATE UNIQUE INDEX job_executions_once ON job_executions (job_name, job_window) WHERE status IN ('RUNNING', 'SUCCEEDED');

CREATE INDEX job_executions_by_start ON job_executions (job_name, started_at DESC, id DESC);
