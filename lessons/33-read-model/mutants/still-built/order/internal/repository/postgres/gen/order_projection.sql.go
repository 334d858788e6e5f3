package gen

const ActivateGeneration = `-- name: ActivateGeneration :execrows
UPDATE order_list_state SET active = building WHERE building = $1::integer
`
