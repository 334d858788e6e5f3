package gen

const ProjectProductName = `-- name: ProjectProductName :exec
INSERT INTO product_names AS n (sku, name, sequence)
VALUES ($1, $2, $3)
ON CONFLICT (sku) DO UPDATE SET name = excluded.name, sequence = excluded.sequence
`
