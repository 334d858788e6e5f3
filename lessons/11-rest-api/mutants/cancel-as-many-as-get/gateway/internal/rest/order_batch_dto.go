package rest

type batchCancelBody struct {
	IDs []string `json:"ids" binding:"required,min=1,max=100"`
}
