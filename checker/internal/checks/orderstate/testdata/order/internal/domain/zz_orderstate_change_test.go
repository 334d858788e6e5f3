package domain_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"shop/order/internal/domain"
)

func TestZZClock(t *testing.T) {
	// Times far from the real clock, before the order was made, at that very time, at no time, in another time zone: the entity takes what
	// it gets.
	moments := []time.Time{
		zzLater, zzCreated.AddDate(90, 0, 0), zzCreated.AddDate(-30, 0, 0), zzCreated, {}, time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		zzLater.In(time.FixedZone("UTC+9", 9*60*60)),
	}
	for _, now := range moments {
		for _, change := range zzChanges() {
			for _, from := range change.from {
				o := zzRestored(t, from)
				zzMustChange(t, o, from, change, now)
				call := fmt.Sprintf("%s at %s on an order that was %s", change.name, zzTime(now), zzName(from))
				if o.Status() != change.to {
					zzFail(t, "status", call+": Status()", zzName(change.to), zzName(o.Status()), "a change that reports success has happened")
				}
				if o.UpdatedAt() != now {
					zzFail(t, "updated-at", call+": UpdatedAt()", "that time, "+zzZone(now), zzZone(o.UpdatedAt()), zzWhyClock)
				}
				if !o.CreatedAt().Equal(zzCreated) {
					zzFail(t, "created-at", call+": CreatedAt()", "as it was, "+zzTime(zzCreated), zzTime(o.CreatedAt()), "lists are sorted by it: an order must not move between two pages")
				}
				if o.Version() != zzVersion+1 {
					zzFail(t, "version", call+": Version()", fmt.Sprintf("%d, one more for one event", zzVersion+1), fmt.Sprint(o.Version()),
						"the repository subtracts the number of events and compares the result with the stored row; anything else never matches")
				}
				for _, e := range o.Events() {
					if at, ok := zzField(e, "OccurredAt").(time.Time); ok && at != now {
						zzFail(t, "occurred-at", call+": the event's OccurredAt", "that time, "+zzZone(now), zzZone(at), zzWhyClock)
					}
				}
			}
		}
	}
}

// zzZone shows a time with its zone.
func zzZone(t time.Time) string { return t.Format("2006-01-02T15:04:05.000000000Z07:00") }

const zzWhyClock = "the time is an argument, so that row, event and answer agree; an entity with a clock of its own can be neither replayed nor tested"

func TestZZEvents(t *testing.T) {
	for _, change := range zzChanges() {
		for _, from := range change.from {
			o := zzRestored(t, from)
			zzMustChange(t, o, from, change, zzLater)
			call := fmt.Sprintf("%s on an order that was %s", change.name, zzName(from))
			events := o.Events()
			if len(events) != 1 {
				zzFail(t, "count", call+": what it records", "one event", fmt.Sprintf("%d events %s", len(events), zzTypes(events)),
					"one event too few and a reader never learns of it; one too many and it learns of it twice")
			}
			zzCheckEvent(t, call, change, events[0])
			zzCheckReason(t, call, change, o)
		}
	}
	zzCheckReasonsOfAnyForm(t)
}

// zzCheckReasonsOfAnyForm cancels with reasons that are easily changed on the way.
func zzCheckReasonsOfAnyForm(t *testing.T) {
	t.Helper()
	for _, reason := range []string{"", " two  spaces\n", strings.Repeat("long ", 1000), "Größe ✗"} {
		for _, code := range []domain.CancelCode{domain.CancelByAdmin, domain.CancelOutOfStock} {
			o := zzRestored(t, domain.StatusPending)
			change := zzStep{name: "Cancel", to: domain.StatusCancelled, call: func(o *domain.Order, now time.Time) error { return o.Cancel(code, reason, now) }}
			zzMustChange(t, o, domain.StatusPending, change, zzLater)
			call := fmt.Sprintf("Cancel(%s, %.20q, now)", code, reason)
			if o.CancelCode() != code || o.CancelReason() != reason {
				zzFail(t, "reason", call+": CancelCode() and CancelReason()", fmt.Sprintf("%q and %.20q", code, reason),
					fmt.Sprintf("%q and %.20q", o.CancelCode(), o.CancelReason()), "what people wrote is kept as they wrote it")
			}
			for _, e := range o.Events() {
				if zzField(e, "Code") != code || zzField(e, "Reason") != reason {
					zzFail(t, "field", call+": the event's Code and Reason", fmt.Sprintf("%q and %.20q", code, reason),
						fmt.Sprintf("%q and %.20q", zzField(e, "Code"), zzField(e, "Reason")), "what people wrote is kept as they wrote it")
				}
			}
		}
	}
}

func zzCheckEvent(t *testing.T, call string, change zzStep, e domain.Event) {
	t.Helper()
	if e == nil {
		zzFail(t, "nil-event", call+": what it records", change.event, "a nil event", "a nil in the list panics in the code that reads it")
	}
	if e.EventType() != change.event || e.Version() != 1 {
		zzFail(t, "type", call+": what it records", change.event+" version 1", fmt.Sprintf("%s version %d", e.EventType(), e.Version()),
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
			zzFail(t, "field", fmt.Sprintf("%s: the event's %s", call, field), fmt.Sprint(value), fmt.Sprint(zzField(e, field)),
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
		zzFail(t, "reason", call+": CancelCode() and CancelReason()", fmt.Sprintf("%q and %q", code, reason), fmt.Sprintf("%q and %q", o.CancelCode(), o.CancelReason()),
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
	zzExpectEvents(t, "order", "Events() after Confirm and MarkPaid, another order being confirmed in between", a.Events(), both,
		"events belong to their order, in the order in which they happened")
	zzExpectEvents(t, "reading", "Events() called a second time", a.Events(), both,
		"looking is not taking: the transaction may be run again and must find its events still there")

	taken := a.Events()
	taken[0] = nil
	_ = append(taken[:1], domain.OrderShipped{})
	zzExpectEvents(t, "shared-slice", "Events() after the caller wrote into the slice that it got", a.Events(), both,
		"the slice was the entity's own: a caller that sorts or filters it rewrites the order's history")

	published := a.Events()
	a.ClearEvents()
	zzExpectEvents(t, "not-cleared", "Events() after ClearEvents()", a.Events(), "[]", "what is committed is published once; kept, it is published again with the next change")
	zzMustChange(t, a, domain.StatusPaid, ship, zzLater)
	zzExpectEvents(t, "not-cleared", "Events() after ClearEvents() and Ship", a.Events(), "[order.order.shipped]", "only what happened since")
	zzExpectEvents(t, "array-reused", "the slice that was taken before ClearEvents(), after Ship", published, both,
		"clearing with events[:0] keeps the array: the next event is written over one that is being published")
	zzExpectEvents(t, "other-order", "Events() of the other order", b.Events(), "[order.order.confirmed]", "clearing one order is not clearing another")

	bought, err := domain.NewOrder(zzOrderID, "buyer", b.Items(), zzCreated)
	if err != nil {
		t.Fatalf("the given code of the stage does not work: NewOrder: %v", err)
	}
	zzMustChange(t, bought, domain.StatusPending, confirm, zzLater)
	zzExpectEvents(t, "created-lost", "Events() after NewOrder and Confirm", bought.Events(), "[order.order.created order.order.confirmed]", "the story begins with the order")
}

func zzExpectEvents(t *testing.T, id, what string, events []domain.Event, want, why string) {
	t.Helper()
	if got := zzTypes(events); got != want {
		zzFail(t, id, what, want, got, why)
	}
}
