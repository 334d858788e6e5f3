// Hidden checks of the lesson on the order's state machine. They use only names that the lesson gives.
package domain_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"shop/order/internal/domain"
)

// zzArrows is the picture in the lesson.
var zzArrows = map[[2]domain.OrderStatus]bool{
	{domain.StatusPending, domain.StatusConfirmed}:   true,
	{domain.StatusPending, domain.StatusCancelled}:   true,
	{domain.StatusConfirmed, domain.StatusPaid}:      true,
	{domain.StatusConfirmed, domain.StatusCancelled}: true,
	{domain.StatusPaid, domain.StatusShipped}:        true,
	{domain.StatusPaid, domain.StatusCancelled}:      true,
}

// zzStatuses holds all that an int in a database column, or in a message of a newer version, can be; what is likely comes first.
func zzStatuses() []domain.OrderStatus {
	all := []domain.OrderStatus{1, 2, 3, 4, 5, 0, 6, -1}
	for s := domain.OrderStatus(7); s <= 40; s++ {
		all = append(all, s, -s)
	}
	return append(all, 255, 256, 257, -256, math.MaxInt32, math.MinInt32)
}

func TestZZWhitelist(t *testing.T) {
	for _, from := range zzStatuses() {
		for _, to := range zzStatuses() {
			var got bool
			call := fmt.Sprintf("%s.CanTransitionTo(%s)", zzName(from), zzName(to))
			zzGuard(t, call, zzKnown(from, to), func() { got = from.CanTransitionTo(to) })
			if want := zzArrows[[2]domain.OrderStatus{from, to}]; got != want {
				id, why := zzWhyArrow(from, to, want)
				zzFail(t, id, call, fmt.Sprint(want), fmt.Sprint(got), why)
			}
		}
	}
	for _, s := range zzStatuses() {
		var got bool
		call := zzName(s) + ".IsFinal()"
		zzGuard(t, call, zzKnown(s), func() { got = s.IsFinal() })
		if want := s == domain.StatusShipped || s == domain.StatusCancelled; got != want {
			zzFail(t, "is-final", call, fmt.Sprint(want), fmt.Sprint(got),
				"code that waits for the end of an order stops exactly at Shipped or Cancelled, and never because of a value it does not know")
		}
	}
}

func zzWhyArrow(from, to domain.OrderStatus, allowed bool) (id, why string) {
	switch {
	case allowed:
		return "arrow-missing", "this arrow is in the picture, and the shop cannot work without it"
	case !zzKnown(from, to):
		return "unknown-status", "a status that is not defined must allow nothing: a newer version or a bad row would move orders at random"
	case from == to:
		return "same-status", "a step that is done twice would be paid or shipped twice: staying where it is, is no arrow either"
	case from == domain.StatusShipped || from == domain.StatusCancelled:
		return "after-final", "nothing follows a final status: the goods have left, or the money has gone back"
	}
	return "arrow-extra", "only what the picture names is allowed; everything else is refused, also what was not thought of"
}

func TestZZRefusal(t *testing.T) {
	for _, from := range zzStatuses() {
		for _, change := range zzChanges() {
			if zzArrows[[2]domain.OrderStatus{from, change.to}] {
				continue
			}
			zzMustRefuse(t, zzRestored(t, from), change, fmt.Sprintf("%s on an order that is %s", change.name, zzName(from)))
			// What was loaded may have a reason, and be cancelled for another one now.
			zzMustRefuse(t, zzRestoredWithReason(t, from), change, fmt.Sprintf("%s on an order that is %s and has a reason", change.name, zzName(from)))
		}
	}
	for _, status := range domain.Statuses() {
		for _, change := range zzChanges() {
			o, reached := zzGrown(t, status)
			if reached && !zzArrows[[2]domain.OrderStatus{status, change.to}] {
				zzMustRefuse(t, o, change, fmt.Sprintf("%s on an order that became %s since it was made", change.name, zzName(status)))
			}
		}
	}
}

func zzMustRefuse(t *testing.T, o *domain.Order, change zzStep, call string) {
	t.Helper()
	before, events, history := zzPicture(o), len(o.Events()), zzHistory(o)
	err := zzChange(t, o, change, zzLater)
	if err == nil {
		zzFail(t, "not-refused", call, "an error", "nil", "nil says that the change happened: the caller goes on from there, although this one was not allowed")
	}
	if !errors.Is(err, domain.ErrInvalidTransition) {
		zzFail(t, "no-sentinel", call, "an error for which errors.Is(err, ErrInvalidTransition) is true", fmt.Sprintf("%q", err),
			"the use case recognises this refusal only by the sentinel")
	}
	if after := zzPicture(o); after != before {
		zzFail(t, "changed", call, "the order as it was: "+before, after, "an error says that nothing happened; a half-done change is stored by the next Update")
	}
	if got := len(o.Events()); got > events {
		zzFail(t, "event-recorded", call, fmt.Sprintf("%d events, as before", events), fmt.Sprint(got), "a recorded event is published, and this one did not happen")
	}
	if after := zzHistory(o); after != history {
		zzFail(t, "events-changed", call, "the events as they were: "+history, after, "what happened before the refusal has happened, and is still to be published")
	}
}

// zzGrown makes an order and takes it to a status, so that it has events and perhaps a reason. reached is false when a change on the way
// does not work: other checks are about that.
func zzGrown(t *testing.T, status domain.OrderStatus) (o *domain.Order, reached bool) {
	t.Helper()
	o, err := domain.NewOrder(zzOrderID, "buyer", zzRestored(t, domain.StatusPending).Items(), zzCreated)
	if err != nil {
		t.Fatalf("the given code of the stage does not work: NewOrder: %v", err)
	}
	for _, step := range zzChanges() {
		if o.Status() == status {
			break
		}
		if status == domain.StatusCancelled && step.to != status {
			continue
		}
		if err := step.call(o, zzCreated); err != nil {
			return o, false
		}
	}
	return o, o.Status() == status && len(o.Events()) > 0
}
