package payment

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"shop/wallet/internal/domain"
)

// chargeKey is the same in every attempt for a payment, and the provider cannot guess other payments by it.
//
//stagecraft:add
func chargeKey(p *domain.Payment) string {
	return uuid.NewSHA1(uuid.MustParse(p.ID()), []byte("charge")).String()
}

// Charge takes the amount from the card, once for each key.
func (c *Client) Charge(ctx context.Context, p *domain.Payment, source string) error {
	answer, err := c.send(ctx, http.MethodPost, "/v1/charges", chargeKey(p), chargeRequest{
		Amount: p.Amount().MinorUnits(), Currency: p.Amount().Currency(), Reference: p.ID(), Customer: p.UserID(), Source: source,
	})
	if err != nil {
		return fmt.Errorf("charge %s: %w", p.ID(), err)
	}
	return answer.ofCharge(p)
}

func chargePath(p *domain.Payment) string { return "/v1/charges/" + url.PathEscape(chargeKey(p)) }
