package gen

const ActivateGeneration = `-- name: ActivateGeneration :execrows
UPDATE order_list_state SET active = building, building = NULL WHERE $1::integer IN (active, building)
`
