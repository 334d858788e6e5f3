package gen

const BeginGeneration = `-- name: BeginGeneration :one
UPDATE order_list_state SET latest = GREATEST(latest, COALESCE(building, latest + 1)), building = COALESCE(building, latest + 1) RETURNING building
`
