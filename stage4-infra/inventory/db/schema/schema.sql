-- What inventory_db looks like now. Change this file, then let Atlas write the migration that leads there.

CREATE TABLE products (
    -- Pages of the catalogue are sorted by SKU, byte by byte: the primary key serves them.
    sku        text COLLATE "C" PRIMARY KEY CHECK (length(sku) BETWEEN 1 AND 64),
    name       text             NOT NULL,
    currency   text             NOT NULL,
    -- of one piece, in minor units
    unit_price bigint           NOT NULL CHECK (unit_price >= 0),
    version    bigint           NOT NULL,
    created_at timestamptz(6)   NOT NULL,
    updated_at timestamptz(6)   NOT NULL
);

-- A stock is updated with every order. Room in its page keeps such an update away from the index.
CREATE TABLE stocks (
    sku        text           PRIMARY KEY CHECK (length(sku) BETWEEN 1 AND 64),
    available  bigint         NOT NULL CHECK (available >= 0),
    reserved   bigint         NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    version    bigint         NOT NULL DEFAULT 1,
    created_at timestamptz(6) NOT NULL,
    updated_at timestamptz(6) NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE reservations (
    id             uuid           PRIMARY KEY,
    -- A saga and an order have one reservation at most, whatever processed_events knows.
    saga_id        uuid           NOT NULL UNIQUE,
    order_id       uuid           NOT NULL UNIQUE,
    -- 1 held, 2 released, 3 shipped
    status         smallint       NOT NULL CHECK (status IN (1, 2, 3)),
    version        bigint         NOT NULL DEFAULT 1,
    created_at     timestamptz(6) NOT NULL,
    updated_at     timestamptz(6) NOT NULL,
    -- The sum of its items, so that counting pieces needs no join.
    total_quantity bigint         NOT NULL
);

-- Without foreign keys: the rows are written in the statement that writes their reservation, under the locks of their stocks.
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
    -- NULL while the answer is not known yet.
    result       jsonb,
    created_at   timestamptz(6) NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);

-- For pruning by age. Rows arrive in the order of time, so a block range index is enough, and it costs an insert next to nothing.
CREATE INDEX processed_events_created_at ON processed_events USING brin (created_at);
