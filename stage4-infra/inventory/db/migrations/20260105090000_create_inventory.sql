CREATE TABLE products (
    sku        text COLLATE "C" PRIMARY KEY CHECK (length(sku) BETWEEN 1 AND 64),
    name       text             NOT NULL,
    currency   text             NOT NULL,
    unit_price bigint           NOT NULL CHECK (unit_price >= 0),
    version    bigint           NOT NULL,
    created_at timestamptz(6)   NOT NULL,
    updated_at timestamptz(6)   NOT NULL
);

CREATE TABLE stocks (
    sku        text           PRIMARY KEY CHECK (length(sku) BETWEEN 1 AND 64),
    available  bigint         NOT NULL CHECK (available >= 0),
    reserved   bigint         NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    version    bigint         NOT NULL DEFAULT 1,
    created_at timestamptz(6) NOT NULL,
    updated_at timestamptz(6) NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE reservations (
    id         uuid           PRIMARY KEY,
    saga_id    uuid           NOT NULL UNIQUE,
    order_id   uuid           NOT NULL UNIQUE,
    status     smallint       NOT NULL CHECK (status IN (1, 2, 3)),
    version    bigint         NOT NULL DEFAULT 1,
    created_at timestamptz(6) NOT NULL,
    updated_at timestamptz(6) NOT NULL
);

CREATE TABLE reservation_items (
    reservation_id uuid    NOT NULL,
    sku            text    NOT NULL,
    quantity       integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (reservation_id, sku)
);

CREATE TABLE processed_events (
    scope        text           NOT NULL,
    key          text           NOT NULL,
    request_hash bytea          NOT NULL,
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);

CREATE INDEX processed_events_created_at ON processed_events USING brin (created_at);
