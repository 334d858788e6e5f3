package saga

import (
	"context"
	"fmt"
	"slices"
	"time"

	"shop/order/internal/domain"
)

// The names of the steps, as they are stored. The other services know those of a purchase and of a shipment; a cancellation undoes the
// steps of the purchase by their own names.
const (
	ReserveInventory = "RESERVE_INVENTORY"
	DeductBalance    = "DEDUCT_BALANCE"

	RefundBalance    = "REFUND_BALANCE"
	ReleaseInventory = "RELEASE_INVENTORY"

	ShipStock = "SHIP_STOCK"
)

// Step is one command of a saga to another service, how to undo it, and what it means for the order.
type Step struct {
	Name string
	Act  Command
	// Compensate undoes Act, also when Act never arrived. A step without it cannot be undone.
	Compensate *Command
	// Apply changes the order after Act; nil if the order does not change.
	Apply func(order *domain.Order, now time.Time) error
	// Refusal is why the order is cancelled when the other service refuses.
	Refusal domain.CancelCode
}

// Command is sent to another service, which replies to it under the name Call.
type Command struct {
	Call Call
	Send func(ctx context.Context, sagaID, step string, order *domain.Order) error
}

func (c Command) send(ctx context.Context, order *domain.Order) error {
	return c.Send(ctx, PurchaseID(order), c.Call.Step, order)
}

// Steps are the steps of each type of saga, in their order.
type Steps map[string][]Step

// NewSteps returns the steps of all sagas. A purchase takes stock first, because giving back stock is cheaper than giving back money. A
// cancellation gives back the money first, because the buyer waits for it.
func NewSteps(commands Commands) Steps {
	reserve := Command{Call{Step: ReserveInventory}, commands.Reserve}
	release := Command{Call{Step: ReserveInventory, Compensate: true}, commands.Release}
	deduct := Command{Call{Step: DeductBalance}, commands.Deduct}
	refund := Command{Call{Step: DeductBalance, Compensate: true}, commands.Refund}
	ship := Command{Call{Step: ShipStock}, commands.Ship}
	return Steps{
		CreateOrder: {
			{
				Name: ReserveInventory, Act: reserve, Compensate: &release,
				Apply: (*domain.Order).Confirm, Refusal: domain.CancelOutOfStock,
			},
			{
				Name: DeductBalance, Act: deduct, Compensate: &refund,
				Apply: (*domain.Order).MarkPaid, Refusal: domain.CancelInsufficientBalance,
			},
		},
		CancelOrder: {{Name: RefundBalance, Act: refund}, {Name: ReleaseInventory, Act: release}},
		ShipOrder:   {{Name: ShipStock, Act: ship}},
	}
}

// find returns the step of this name.
func (steps Steps) find(s *Saga, name string) (Step, error) {
	i := slices.IndexFunc(steps[s.Type], func(step Step) bool { return step.Name == name })
	if i < 0 {
		return Step{}, fmt.Errorf("saga %s of type %s has a step %s that this version does not know", s.ID, s.Type, name)
	}
	return steps[s.Type][i], nil
}

// after returns the step that follows; false after the last.
func (steps Steps) after(s *Saga, name string) (Step, bool) {
	all := steps[s.Type]
	for i := range len(all) - 1 {
		if all[i].Name == name {
			return all[i+1], true
		}
	}
	return Step{}, false
}
