package gen

const BeginGeneration = `-- name: BeginGeneration :one
UPDATE order_list_state SET latest = latest + 1, building = latest + 1, active = latest + 1 RETURNING latest
`
