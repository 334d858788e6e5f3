package rest

type balanceURI struct {
	Currency string `uri:"currency" binding:"required,len=3,alpha,uppercase"`
}
