package payment

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"shop/wallet/internal/domain"
)

// Charge takes the amount from the card.
func (c *Client) Charge(ctx context.Context, p *domain.Payment, source string) error {
	key := fmt.Sprintf("%s-%d", p.ID(), time.Now().UnixNano())
	answer, err := c.send(ctx, http.MethodPost, "/v1/charges", key, chargeRequest{
		Amount: p.Amount().MinorUnits(), Currency: p.Amount().Currency(), Reference: p.ID(), Customer: p.UserID(), Source: source,
	})
	if err != nil {
		return fmt.Errorf("charge %s: %w", p.ID(), err)
	}
	return answer.ofCharge(p)
}
