-- A shop without orders has a complete read model from the start. Any other shows its lists from it after the first rebuild.
SET LOCAL lock_timeout = '2s';

CREATE TABLE order_list_view (
    generation    integer        NOT NULL,
    order_id      uuid           NOT NULL,
    buyer_id      uuid,
    currency      char(3),
    total_minor   bigint,
    items         jsonb,
    created_at    timestamptz(6),
    status        smallint       NOT NULL,
    version       bigint         NOT NULL,
    updated_at    timestamptz(6),
    cancel_code   text           NOT NULL DEFAULT '',
    cancel_reason text           NOT NULL DEFAULT '',
    payment       smallint       NOT NULL DEFAULT 0,
    PRIMARY KEY (generation, order_id)
) WITH (fillfactor = 70);

CREATE INDEX order_list_view_by_buyer ON order_list_view (generation, buyer_id, created_at DESC, order_id DESC);
CREATE INDEX order_list_view_by_created_at ON order_list_view (generation, created_at, order_id);
CREATE INDEX order_list_view_by_total ON order_list_view (generation, total_minor, order_id);

CREATE TABLE order_list_state (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    active   integer,
    building integer,
    latest   integer NOT NULL
);

CREATE TABLE product_names (
    sku      text   PRIMARY KEY,
    name     text   NOT NULL,
    sequence bigint NOT NULL
);

INSERT INTO order_list_state (active, latest)
SELECT CASE WHEN NOT EXISTS (SELECT FROM orders) THEN 1 END, 1;
