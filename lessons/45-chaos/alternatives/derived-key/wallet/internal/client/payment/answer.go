package payment

import (
	"net/http"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

func (a answer) ofFind(p *domain.Payment) error {
	if a.status != http.StatusOK || a.Key != chargeKey(p) {
		if a.status == http.StatusNotFound && a.Problem.Code == noSuchCharge {
			return payment.ErrNoCharge
		}
		return a.unclear()
	}
	switch {
	case a.Status == succeeded && a.isCharge(p):
		return nil
	case a.Status == declined:
		return &payment.Refusal{Reason: word(a.DeclineCode)}
	case a.Status == voided:
		return &payment.Refusal{Voided: true, Reason: chargeVoided}
	default:
		return a.unclear()
	}
}

func (a answer) ofVoid(p *domain.Payment) error {
	if a.status == http.StatusOK && a.Status == voided && a.Key == chargeKey(p) {
		return nil
	}
	return a.unclear()
}

func (a answer) isCharge(p *domain.Payment) bool {
	return a.Key == chargeKey(p) && a.Amount == p.Amount().MinorUnits() && a.Currency == p.Amount().Currency()
}
