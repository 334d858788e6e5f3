package payment

import "shop/wallet/internal/domain"

// answer is the state of a charge, or why the provider refuses.
type answer struct {
	status int

	Key         string  `json:"key"`
	Status      string  `json:"status"`
	Amount      int64   `json:"amount"`
	Currency    string  `json:"currency"`
	Reference   string  `json:"reference"`
	DeclineCode string  `json:"decline_code"`
	Problem     problem `json:"error"`
}

func (a answer) isCharge(p *domain.Payment) bool {
	return a.Reference == p.ID() && a.Amount == p.Amount().MinorUnits() && a.Currency == p.Amount().Currency()
}
