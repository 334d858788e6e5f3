package gen

const BeginGeneration = `-- name: BeginGeneration :one
UPDATE order_list_state SET latest = COALESCE(active, 0) + 1, building = COALESCE(active, 0) + 1 RETURNING latest
`
