package payment

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"shop/wallet/internal/domain"
)

// Charge takes the amount from the card. Each request has a key of its own, so that the provider does not answer a new one with the stored
// answer of an old one. The reference says which payment it is for.
func (c *Client) Charge(ctx context.Context, p *domain.Payment, source string) error {
	answer, err := c.send(ctx, http.MethodPost, "/v1/charges", uuid.NewString(), chargeRequest{
		Amount: p.Amount().MinorUnits(), Currency: p.Amount().Currency(), Reference: p.ID(), Customer: p.UserID(), Source: source,
	})
	if err != nil {
		return fmt.Errorf("charge %s: %w", p.ID(), err)
	}
	return answer.ofCharge(p)
}
