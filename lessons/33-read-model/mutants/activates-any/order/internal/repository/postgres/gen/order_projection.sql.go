package gen

const ActivateGeneration = `-- name: ActivateGeneration :execrows
UPDATE order_list_state SET active = $1::integer, building = NULL
`
