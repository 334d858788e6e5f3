
-- The read model of lists: one row for each order, made of events of order and wallet. It may be behind, and it may be thrown away: the
-- rebuild command makes a new generation beside the one that is shown, and then shows that one.
CREATE TABLE order_list_view (
    generation    integer        NOT NULL,
    order_id      uuid           NOT NULL,
    -- What order.order.created says; NULL as long as other events of the order are here and that one is not. Such a row is not shown.
    buyer_id      uuid,
    currency      char(3),
    total_minor   bigint,
    -- An array of {sku, quantity, unit_price}.
    items         jsonb,
    created_at    timestamptz(6),
    -- What the event with the highest sequence says, and this sequence; 0 before the first event of the order.
    status        smallint       NOT NULL,
    version       bigint         NOT NULL,
    updated_at    timestamptz(6),
    -- What order.order.cancelled says.
    cancel_code   text           NOT NULL DEFAULT '',
    cancel_reason text           NOT NULL DEFAULT '',
    -- What wallet says: 0 nothing, 1 deducted, 2 refunded. It only rises.
    payment       smallint       NOT NULL DEFAULT 0,
    PRIMARY KEY (generation, order_id)
) WITH (fillfactor = 70);

-- The same pages as those of orders, in one generation. No event after the first changes an indexed column.
CREATE INDEX order_list_view_by_buyer ON order_list_view (generation, buyer_id, created_at DESC, order_id DESC);
CREATE INDEX order_list_view_by_created_at ON order_list_view (generation, created_at, order_id);
CREATE INDEX order_list_view_by_total ON order_list_view (generation, total_minor, order_id);

-- One row. Projections lock it FOR SHARE and write to both generations; a rebuild changes it, so it waits for those that do not know yet.
CREATE TABLE order_list_state (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- The generation that lists show. NULL before the first rebuild of a shop that had orders: lists then read the orders themselves.
    active   integer,
    -- The generation that a rebuild fills; NULL when none does.
    building integer,
    -- The last number that was given to a generation.
    latest   integer NOT NULL
);

-- The names of products, as inventory publishes them. A name that was asked for has sequence 0, so that every event replaces it.
CREATE TABLE product_names (
    sku      text   PRIMARY KEY,
    name     text   NOT NULL,
    sequence bigint NOT NULL
);
