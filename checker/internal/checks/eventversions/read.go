package eventversions

import (
	"fmt"
	"slices"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const whyCode = "the code is in version 2 alone. Version 1 says nothing about it, and what nothing is known of stays empty"

// want is the row of a story that was cancelled.
func want(code string) row {
	return row{Status: "CANCELLED", Version: 4, Code: code, Reason: reason, Total: price}
}

// read sends events of both versions, in any order, and again.
func read(t *check.T) {
	s := projects(t)
	for _, paidIn := range []int{1, 2} {
		for _, cancelledIn := range []int{1, 2} {
			t.Step("an order was paid with version %d and cancelled with version %d of its event; then the events come in reverse", paidIn, cancelledIn)
			code := ""
			if cancelledIn == 2 {
				code = "BUYER_REQUEST"
			}
			for _, reversed := range []bool{false, true} {
				o := newStory()
				events := []fault.Message{o.created(1), o.confirmed(1), o.paid(paidIn), o.cancelled(cancelledIn)}
				if reversed {
					slices.Reverse(events)
				}
				s.sends(events...)
				s.is("row", o.id, fmt.Sprintf("the list is wrong about an order that was cancelled with version %d of the event", cancelledIn), whyCode, want(code))
			}
		}
	}

	t.Step("an event comes in both versions, in both orders, and each of them twice")
	o := newStory()
	s.sends(o.created(1), o.cancelled(1), o.cancelled(2))
	s.is("code", o.id, "version 2 came after version 1, and its code is not in the list", whyCode, want("BUYER_REQUEST"))
	s.sends(o.cancelled(1), o.cancelled(2), o.paid(1), o.paid(2))
	s.is("code", o.id, "old versions came again and have changed the list", "what is replayed is older than what is known", want("BUYER_REQUEST"))
	o = newStory()
	s.sends(o.created(1), o.cancelled(2), o.cancelled(1))
	s.is("code", o.id, "version 1 came after version 2, and the code is not in the list any more", whyCode, want("BUYER_REQUEST"))

	t.Step("events come in versions that are not known yet: they are read as version 2")
	o = newStory()
	o.code = "FRAUD_SUSPECTED"
	later := []fault.Message{o.created(1), o.paid(3), o.cancelled(9)}
	s.sends(later...)
	s.is("row", o.id, "the list is wrong about an order that was cancelled with an unknown version of the event",
		"a version that is not known is read as the newest one that is: it adds fields, and what is the same in it can be read", want(o.code))
	known := newStory()
	readable := []fault.Message{known.paid(1), known.paid(2), known.cancelled(1), known.cancelled(2)}
	s.sends(readable...)
	s.warned(later[1])
	s.warned(later[2])
	s.silent(readable...)

	t.Step("fields that a version does not have are ignored, and fields that it has must be readable")
	o = newStory()
	s.sends(
		o.event(paid, 1, 3, fmt.Sprintf(`{"orderId":%q,"totalMinor":"500","currency":"EUR","total":"of version 2"}`, o.id)),
		o.event(paid, 2, 3, fmt.Sprintf(`{"orderId":%q,"total":%s,"paidAt":%q,"totalMinor":"of version 1"}`, o.id, total, paidAt)),
		o.event(paid, 3, 3, fmt.Sprintf(`{"orderId":%q,"total":%s,"paidAt":%q,"totalMinor":{"of":"version 1"}}`, o.id, total, paidAt)),
		o.event(cancelled, 1, 4, fmt.Sprintf(`{"orderId":%q,"reason":"r","code":{"of":"version 2"}}`, o.id)),
	)
	for _, m := range []fault.Message{
		o.event(paid, 1, 3, `{"totalMinor":"five hundred"}`), o.event(paid, 2, 3, `{"total":500}`), o.event(paid, 3, 3, `{"total":["500","EUR"]}`),
		o.event(cancelled, 1, 4, `{"reason":{"text":"r"}}`), o.event(cancelled, 2, 4, `{"code":17}`), o.event(cancelled, 2, 4, `{`),
		o.event(cancelled, 3, 4, `{"code":{"id":"BUYER_REQUEST","by":"app"},"reason":"r"}`),
	} {
		s.buries(m)
	}
}
