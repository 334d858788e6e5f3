// Hidden checks of the lesson on the order's state machine. They know only the names that the lesson tells.
package domain_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"stagecraft/stage1-mvp/order/internal/domain"
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
				zzFail(t, call, fmt.Sprint(want), fmt.Sprint(got), zzWhyArrow(from, to, want))
			}
		}
	}
	for _, s := range zzStatuses() {
		var got bool
		call := zzName(s) + ".IsFinal()"
		zzGuard(t, call, zzKnown(s), func() { got = s.IsFinal() })
		if want := s == domain.StatusShipped || s == domain.StatusCancelled; got != want {
			zzFail(t, call, fmt.Sprint(want), fmt.Sprint(got),
				"who waits for the end of an order stops exactly at Shipped or Cancelled, and never because of a value he does not know")
		}
	}
}

func zzWhyArrow(from, to domain.OrderStatus, allowed bool) string {
	switch {
	case allowed:
		return "this arrow is in the picture, and the shop cannot work without it"
	case !zzKnown(from, to):
		return "a value nobody has defined must lead nowhere: a newer version or a bad row would move orders at random"
	case from == to:
		return "a step that is done twice would be paid or shipped twice: staying where it is, is no arrow either"
	case from == domain.StatusShipped || from == domain.StatusCancelled:
		return "nothing follows a final status: the goods have left, or the money has gone back"
	}
	return "only what the picture names is allowed; everything else is refused, also what nobody thought of"
}

func TestZZRefusal(t *testing.T) {
	for _, from := range zzStatuses() {
		for _, change := range zzChanges() {
			if zzArrows[[2]domain.OrderStatus{from, change.to}] {
				continue
			}
			o := zzRestored(t, from)
			before, events := zzPicture(o), len(o.Events())
			err := zzChange(t, o, change, zzLater)
			call := fmt.Sprintf("%s on an order that is %s", change.name, zzName(from))
			if err == nil {
				zzFail(t, call, "an error", "nil", "nil says that the change happened: the caller goes on from there, although this one was not allowed")
			}
			if !errors.Is(err, domain.ErrInvalidTransition) {
				zzFail(t, call, "an error for which errors.Is(err, ErrInvalidTransition) is true", fmt.Sprintf("%q", err),
					"the use case tells this refusal from a breakdown only by the sentinel")
			}
			if after := zzPicture(o); after != before {
				zzFail(t, call, "the order as it was: "+before, after, "an error says that nothing happened; a half-done change is stored by the next Update")
			}
			if got := len(o.Events()); got != events {
				zzFail(t, call, fmt.Sprintf("%d events, as before", events), fmt.Sprint(got), "a recorded event is told to the world, and this one did not happen")
			}
		}
	}
}
