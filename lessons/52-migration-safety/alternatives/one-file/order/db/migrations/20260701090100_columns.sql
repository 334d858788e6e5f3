SET lock_timeout = '1s';
ALTER TABLE orders
    ADD COLUMN cancel_cause text,
    ADD COLUMN region text,
    ADD COLUMN channel text DEFAULT 'web' NOT NULL;
