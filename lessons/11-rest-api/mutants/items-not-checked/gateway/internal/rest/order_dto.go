package rest

type createOrderBody struct {
	Items []createOrderItem `json:"items" binding:"required,min=1,max=100"`
	// ExpectedTotal is what the buyer was shown; nil if they accept any total.
	ExpectedTotal *expectedTotal `json:"expected_total"`
}
