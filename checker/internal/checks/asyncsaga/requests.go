package asyncsaga

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// announced fails unless these are all events of the order so far.
func (p *purchase) announced(want ...string) {
	got := p.state().events
	p.s.t.True(slices.Equal(got, want), check.Failure{
		ID: "events", Sentence: p.at + ": the events of the order are not the right ones",
		Expected: list(want),
		Seen:     list(got),
		Why:      "each step that happened changes the order, and other services see it only by the events",
	})
}

// ship sends the order.
func (p *purchase) ship() {
	answer, err := p.s.Shop.Do(p.s.t.Context(), stack.Ask{
		Kind: "ship_order", Method: "POST", Path: "/v1/orders/" + p.id + "/ship", User: stack.AdminID, Roles: []string{"admin"},
	})
	p.s.ok("ship an order", answer.OK(), answer, err)
}

// cancelBy asks to cancel the order, as this user, with a new key.
func (p *purchase) cancelBy(ctx context.Context, user string, roles ...string) (stack.Answer[json.RawMessage], error) {
	return p.s.Shop.Do(ctx, stack.Ask{
		Kind: "cancel_order", Method: "DELETE", Path: "/v1/orders/" + p.id, User: user, Roles: roles, Key: uuid.NewString(),
	})
}

// cancel cancels the order as its buyer.
func (p *purchase) cancel() {
	answer, err := p.cancelBy(p.s.t.Context(), p.buyer)
	p.cancelled(answer, err)
}

// cancelled fails unless the cancellation was accepted.
func (p *purchase) cancelled(answer stack.Answer[json.RawMessage], err error) {
	p.s.t.NoError("the cancellation", err)
	p.s.t.True(answer.Status/100 == 2, check.Failure{
		ID:       "refused",
		Sentence: p.at + ": the cancellation was refused",
		Expected: "an answer 2xx",
		Seen:     answer.String() + "; " + p.state().String(),
		Why:      "a buyer can give up at any moment before the shipment; a purchase that is being undone, or was, is a success too",
	})
}
