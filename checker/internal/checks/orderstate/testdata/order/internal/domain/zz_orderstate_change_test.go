package domain_test

import (
	"fmt"
	"testing"
	"time"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func TestZZClock(t *testing.T) {
	// Times far from the real clock, one of them before the order was made: the entity has no opinion on what time it is.
	moments := []time.Time{zzLater, zzCreated.AddDate(90, 0, 0), zzCreated.AddDate(-30, 0, 0)}
	for _, now := range moments {
		for _, change := range zzChanges() {
			for _, from := range change.from {
				o := zzRestored(t, from)
				zzMustChange(t, o, from, change, now)
				call := fmt.Sprintf("%s at %s on an order that was %s", change.name, zzTime(now), zzName(from))
				if o.Status() != change.to {
					zzFail(t, call+": Status()", zzName(change.to), zzName(o.Status()), "a change that reports success has happened")
				}
				if !o.UpdatedAt().Equal(now) {
					zzFail(t, call+": UpdatedAt()", "that time, "+zzTime(now), zzTime(o.UpdatedAt()), zzWhyClock)
				}
				if !o.CreatedAt().Equal(zzCreated) {
					zzFail(t, call+": CreatedAt()", "as it was, "+zzTime(zzCreated), zzTime(o.CreatedAt()), "lists are sorted by it: an order must not move between two pages")
				}
				if o.Version() != zzVersion {
					zzFail(t, call+": Version()", fmt.Sprintf("%d, as it was", zzVersion), fmt.Sprint(o.Version()),
						"the repository compares the version with the stored row and raises it; one raised in memory never matches again")
				}
				for _, e := range o.Events() {
					if at, ok := zzField(e, "OccurredAt").(time.Time); ok && !at.Equal(now) {
						zzFail(t, call+": the event's OccurredAt", "that time, "+zzTime(now), zzTime(at), zzWhyClock)
					}
				}
			}
		}
	}
}

const zzWhyClock = "the time is told, so that row, event and answer agree; an entity with a clock or an opinion of its own can be neither replayed nor tested"

func TestZZEvents(t *testing.T) {
	for _, change := range zzChanges() {
		for _, from := range change.from {
			o := zzRestored(t, from)
			zzMustChange(t, o, from, change, zzLater)
			call := fmt.Sprintf("%s on an order that was %s", change.name, zzName(from))
			events := o.Events()
			if len(events) != 1 {
				zzFail(t, call+": what it records", "one event", fmt.Sprintf("%d events %s", len(events), zzTypes(events)),
					"one event too few and somebody never hears of it; one too many and they hear it twice")
			}
			zzCheckEvent(t, call, change, events[0])
			zzCheckReason(t, call, change, o)
		}
	}
}

func zzCheckEvent(t *testing.T, call string, change zzStep, e domain.Event) {
	t.Helper()
	if e == nil {
		zzFail(t, call+": what it records", change.event, "a nil event", "a nil in the list panics in whoever reads it")
	}
	if e.EventType() != change.event || e.Version() != 1 {
		zzFail(t, call+": what it records", change.event+" version 1", fmt.Sprintf("%s version %d", e.EventType(), e.Version()),
			"readers choose how to decode by type and version alone")
	}
	want := map[string]any{"OrderID": zzOrderID}
	switch change.to {
	case domain.StatusPaid:
		want["Total"] = zzTotal(t)
	case domain.StatusCancelled:
		want["Code"], want["Reason"] = zzCancelCode, zzCancelReason
	}
	for _, field := range []string{"OrderID", "Total", "Code", "Reason"} {
		if value, ok := want[field]; ok && zzField(e, field) != value {
			zzFail(t, fmt.Sprintf("%s: the event's %s", call, field), fmt.Sprint(value), fmt.Sprint(zzField(e, field)),
				"the reader of an event has only the event: it cannot come and ask the order")
		}
	}
}

// zzCheckReason requires that a cancelled order, and no other, says why.
func zzCheckReason(t *testing.T, call string, change zzStep, o *domain.Order) {
	t.Helper()
	var code domain.CancelCode
	var reason string
	if change.to == domain.StatusCancelled {
		code, reason = zzCancelCode, zzCancelReason
	}
	if o.CancelCode() != code || o.CancelReason() != reason {
		zzFail(t, call+": CancelCode() and CancelReason()", fmt.Sprintf("%q and %q", code, reason), fmt.Sprintf("%q and %q", o.CancelCode(), o.CancelReason()),
			"the buyer and the support read it from the order, long after the event")
	}
}

func TestZZCollected(t *testing.T) {
	a, b := zzRestored(t, domain.StatusPending), zzRestored(t, domain.StatusPending)
	steps := zzChanges()
	confirm, pay, ship := steps[0], steps[1], steps[2]

	zzMustChange(t, a, domain.StatusPending, confirm, zzLater)
	zzMustChange(t, b, domain.StatusPending, confirm, zzLater)
	zzMustChange(t, a, domain.StatusConfirmed, pay, zzLater)
	const both = "[order.order.confirmed order.order.paid]"
	zzExpectEvents(t, "Events() after Confirm and MarkPaid, another order being confirmed in between", a.Events(), both,
		"events belong to their order, in the order in which they happened")
	zzExpectEvents(t, "Events() called a second time", a.Events(), both,
		"looking is not taking: the transaction may be run again and must find its events still there")

	taken := a.Events()
	taken[0] = nil
	_ = append(taken[:1], domain.OrderShipped{})
	zzExpectEvents(t, "Events() after the caller wrote into the slice that he got", a.Events(), both,
		"the slice was the entity's own: whoever sorts or filters it rewrites the order's history")

	published := a.Events()
	a.ClearEvents()
	zzExpectEvents(t, "Events() after ClearEvents()", a.Events(), "[]", "what is committed is told once; kept, it is told again with the next change")
	zzMustChange(t, a, domain.StatusPaid, ship, zzLater)
	zzExpectEvents(t, "Events() after ClearEvents() and Ship", a.Events(), "[order.order.shipped]", "only what happened since")
	zzExpectEvents(t, "the slice that was taken before ClearEvents(), after Ship", published, both,
		"clearing with events[:0] keeps the array: the next event is written over one that is being published")
	zzExpectEvents(t, "Events() of the other order", b.Events(), "[order.order.confirmed]", "clearing one order is not clearing another")

	bought, err := domain.NewOrder(zzOrderID, "buyer", b.Items(), zzCreated)
	if err != nil {
		t.Fatalf("the given code of the stage does not work: NewOrder: %v", err)
	}
	zzMustChange(t, bought, domain.StatusPending, confirm, zzLater)
	zzExpectEvents(t, "Events() after NewOrder and Confirm", bought.Events(), "[order.order.created order.order.confirmed]", "the story begins with the order")
}

func zzExpectEvents(t *testing.T, what string, events []domain.Event, want, why string) {
	t.Helper()
	if got := zzTypes(events); got != want {
		zzFail(t, what, want, got, why)
	}
}
