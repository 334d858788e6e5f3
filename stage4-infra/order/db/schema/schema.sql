-- The current schema of order_db. Change this file, then let Atlas write the migration that leads there.
--
-- What a purchase costs is decided here. It updates its order, its saga and its request once or twice each, and no such update changes
-- an indexed column, except the last one of the saga. PostgreSQL then stores the new version in the same page and touches no index (a HOT
-- update); fillfactor leaves the space for it.

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
    -- When the order became so; NULL until then. Reports use these, because no later change of the order touches them.
    paid_at       timestamptz(6),
    cancelled_at  timestamptz(6)
) WITH (fillfactor = 70);

-- The buyer's list is read in this order, page by page, with a row comparison that this index answers.
CREATE INDEX orders_by_buyer ON orders (buyer_id, created_at DESC, id DESC);

-- The admin's list of all orders, forwards or backwards. The status is a filter and in no index, because it changes.
-- The report of a day's payments also uses the first one: an order is paid within minutes of its creation, or never.
CREATE INDEX orders_by_created_at ON orders (created_at, id);
CREATE INDEX orders_by_total ON orders (total_minor, id);

-- The report of a day's cancellations. They may come weeks after the order, so created_at does not help.
CREATE INDEX orders_by_cancelled_at ON orders (cancelled_at) WHERE cancelled_at IS NOT NULL;

-- No foreign key to orders: one transaction inserts an order with its items, and nothing deletes or moves either. The check would lock
-- the order's row once for each item.
CREATE TABLE order_items (
    order_id         uuid     NOT NULL,
    position         smallint NOT NULL,
    sku              text     NOT NULL,
    quantity         integer  NOT NULL CHECK (quantity > 0),
    unit_price_minor bigint   NOT NULL CHECK (unit_price_minor >= 0),
    PRIMARY KEY (order_id, position)
);

-- An order has at most one saga of each type, because the id is derived from both. Every transaction that moves a saga locks its row first.
CREATE TABLE saga_executions (
    id             uuid           PRIMARY KEY,
    saga_type      text           NOT NULL,
    aggregate_id   uuid           NOT NULL,
    status         text           NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'COMPENSATING', 'COMPENSATED', 'FAILED')),
    current_step   text           NOT NULL DEFAULT '',
    -- The version before this one stores here which request the saga answers. A later migration removes both columns.
    request_scope  text           NOT NULL DEFAULT '',
    request_key    text           NOT NULL DEFAULT '',
    -- Why it is being undone, or why it failed.
    failure_code   text           NOT NULL DEFAULT '',
    failure_reason text           NOT NULL DEFAULT '',
    -- An array of {name, status, attempts, error}, in the order in which the steps were started. It is read and written as a whole, under the
    -- lock of the row, so that rows of their own would only add statements.
    steps          jsonb          NOT NULL,
    version        bigint         NOT NULL,
    created_at     timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    updated_at     timestamptz(6) NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 70);

-- A reply finds the saga that waits for it by the order; the timeout monitor looks through the few that are open. updated_at changes with
-- each step and is in no index. An order has at most one open saga.
CREATE UNIQUE INDEX saga_executions_open ON saga_executions (aggregate_id) WHERE status IN ('RUNNING', 'COMPENSATING', 'FAILED');

-- The answer to each request. A row is kept until PROCESSED_EVENTS_RETENTION has passed since the request came. Then a job deletes it, and a
-- repetition of the request counts as a new one.
CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    -- NULL while the answer is not known yet: of requests that the version before this one accepted.
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
) WITH (fillfactor = 70);

-- For the job that deletes old rows. Rows lie in the table in the order of their time, so a few numbers for each range of pages do.
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
    -- The token of the lock under which it runs: see fences.sql. NULL in executions of the version before.
    fence       bigint,
    UNIQUE (job_name, job_window, attempt)
);

-- At most one execution of a window runs or has succeeded, so a window is done once.
CREATE UNIQUE INDEX job_executions_once ON job_executions (job_name, job_window) WHERE status IN ('RUNNING', 'SUCCEEDED');

CREATE INDEX job_executions_by_start ON job_executions (job_name, started_at DESC, id DESC);
