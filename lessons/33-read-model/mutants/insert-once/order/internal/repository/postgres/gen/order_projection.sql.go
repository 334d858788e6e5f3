package gen

const ProjectOrder = `-- name: ProjectOrder :exec
WITH state AS (SELECT active, building FROM order_list_state FOR SHARE)
INSERT INTO order_list_view AS v (generation, order_id, buyer_id, currency, total_minor, items, created_at, status, version, updated_at,
    cancel_code, cancel_reason, payment)
SELECT shown.generation, $1::uuid, $2::uuid, $3::text, $4::bigint,
    $5::jsonb, $6::timestamptz, $7::smallint, $8::bigint,
    $9::timestamptz, $10::text, $11::text, $12::smallint
FROM state, unnest(ARRAY[state.active, state.building]) AS shown (generation)
WHERE shown.generation IS NOT NULL AND ($13::integer IS NULL OR shown.generation = $13::integer)
ON CONFLICT (generation, order_id) DO NOTHING
`
