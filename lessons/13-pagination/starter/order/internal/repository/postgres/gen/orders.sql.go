package gen

import "context"

//stagecraft:drop
const ListOrdersAfter = ""

//stagecraft:drop
type ListOrdersAfterParams struct{}

//stagecraft:drop
func (q *Queries) ListOrdersAfter(ctx context.Context, db DBTX, arg ListOrdersAfterParams) ([]Order, error) {
	return nil, nil
}
