-- name: FindProduct :one
SELECT * FROM products WHERE sku = $1;

-- name: FindProducts :many
SELECT * FROM products WHERE sku = ANY(@skus::text[]);

-- name: ListProducts :many
-- The empty text sorts before every SKU: it starts the first page.
SELECT * FROM products WHERE sku > @after::text ORDER BY sku LIMIT @size::integer;

-- name: InsertProduct :execrows
INSERT INTO products (sku, name, currency, unit_price, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- name: UpdateProduct :execrows
UPDATE products
SET name = @name, currency = @currency, unit_price = @unit_price, version = version + 1, updated_at = @updated_at
WHERE sku = @sku AND version = @loaded_version;
