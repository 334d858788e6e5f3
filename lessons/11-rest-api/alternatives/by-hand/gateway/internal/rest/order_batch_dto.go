package rest

import "shop/gateway/internal/reply"

type batchGetBody struct {
	IDs []string `json:"ids"`
}

type batchCancelBody struct {
	IDs []string `json:"ids"`
}

//stagecraft:add
func (b *batchGetBody) faults() []reply.Field { return idFaults(len(b.IDs), 100) }

//stagecraft:add
func (b *batchCancelBody) faults() []reply.Field { return idFaults(len(b.IDs), 50) }

//stagecraft:add
func idFaults(n, most int) []reply.Field {
	if n == 0 || n > most {
		return []reply.Field{{Field: "ids", Message: "has too few or too many entries"}}
	}
	return nil
}

//stagecraft:drop
type orderResultsJSON struct{}

//stagecraft:drop
type orderResultJSON struct{}

//stagecraft:drop
func fromResults() {}
