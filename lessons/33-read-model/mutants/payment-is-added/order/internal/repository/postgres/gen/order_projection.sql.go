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
ON CONFLICT (generation, order_id) DO UPDATE
SET buyer_id = COALESCE(v.buyer_id, excluded.buyer_id), currency = COALESCE(v.currency, excluded.currency),
    total_minor = COALESCE(v.total_minor, excluded.total_minor), items = COALESCE(v.items, excluded.items),
    created_at = COALESCE(v.created_at, excluded.created_at),
    status = CASE WHEN excluded.version > v.version THEN excluded.status ELSE v.status END,
    updated_at = CASE WHEN excluded.version > v.version THEN excluded.updated_at ELSE v.updated_at END,
    version = GREATEST(v.version, excluded.version),
    cancel_code = CASE WHEN v.cancel_code = '' THEN excluded.cancel_code ELSE v.cancel_code END,
    cancel_reason = CASE WHEN v.cancel_reason = '' THEN excluded.cancel_reason ELSE v.cancel_reason END,
    payment = v.payment + excluded.payment
WHERE excluded.version > v.version OR excluded.payment > 0 OR (v.buyer_id IS NULL AND excluded.buyer_id IS NOT NULL)
    OR (v.cancel_code = '' AND excluded.cancel_code <> '') OR (v.cancel_reason = '' AND excluded.cancel_reason <> '')
`
