-- What inventory_db looks like now. Change this file, then let Atlas write the migration that leads there.

CREATE TABLE stocks (
    sku        text           PRIMARY KEY CHECK (length(sku) BETWEEN 1 AND 64),
    available  bigint         NOT NULL CHECK (available >= 0),
    reserved   bigint         NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    version    bigint         NOT NULL DEFAULT 1,
    created_at timestamptz(6) NOT NULL,
    updated_at timestamptz(6) NOT NULL
);

CREATE TABLE reservations (
    id             uuid           PRIMARY KEY,
    -- One saga holds stock at most once, whatever else goes wrong.
    saga_id        uuid           NOT NULL UNIQUE,
    order_id       uuid           NOT NULL,
    -- 1 holding, 2 returned
    status         smallint       NOT NULL CHECK (status IN (1, 2)),
    created_at     timestamptz(6) NOT NULL,
    updated_at     timestamptz(6) NOT NULL,
    -- The sum of its items, so that nobody needs a join to count pieces.
    total_quantity bigint         NOT NULL
);

CREATE TABLE reservation_items (
    reservation_id uuid    NOT NULL REFERENCES reservations (id),
    sku            text    NOT NULL REFERENCES stocks (sku),
    quantity       integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, sku)
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
