package rest

// The service rejects a malformed id as the result of that item alone.
// TODO: the limits of the description, for both.
type batchGetBody struct {
	IDs []string `json:"ids"`
}

type batchCancelBody struct {
	IDs []string `json:"ids"`
}

//stagecraft:drop
type orderResultsJSON struct{}

//stagecraft:drop
type orderResultJSON struct{}

//stagecraft:drop
func fromResults() {}
