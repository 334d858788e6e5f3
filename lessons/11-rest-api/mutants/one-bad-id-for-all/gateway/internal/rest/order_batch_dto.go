package rest

// The service rejects a malformed id as the result of that item alone.
type batchGetBody struct {
	IDs []string `json:"ids" binding:"required,min=1,max=100,dive,uuid_rfc4122"`
}
