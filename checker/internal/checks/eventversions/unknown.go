package eventversions

import (
	"fmt"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	unknownVersion = "order.event.unknown_version"
	whyUnknown     = "a service that was rolled back, or is deployed last, gets events of versions that it has never heard of. A new version adds " +
		"fields, and what is the same in it can be read"
)

// unknown sends events of versions that no code knows.
func unknown(t *check.T) {
	s := open(t, "2")
	t.Step("events come in versions of the future")
	o := newStory()
	name := "NAME-" + o.id[:8]
	product := o.event("inventory.product.changed", 2, 900, fmt.Sprintf(`{"sku":%q,"name":%q,"weight":17}`, name, "Tea"))
	deducted := o.event("wallet.balance.deducted", 4, 900, fmt.Sprintf(`{"sagaId":%q,"stepName":"DEDUCT_BALANCE","card":"x"}`, o.id))
	events := []fault.Message{o.created(2), o.confirmed(3), o.paid(3), deducted, product, o.cancelled(9)}
	s.sends(events...)
	whole := want("BUYER_REQUEST")
	whole.Payment = 1
	s.is("row", o.id, "the list is wrong about an order whose events have unknown versions", whyUnknown, whole)
	var stored string
	_ = s.db.QueryRow(t.Context(), `SELECT name FROM product_names WHERE sku = $1`, name).Scan(&stored)
	t.True(stored == "Tea", check.Failure{
		ID: "row", Sentence: "the name of a product was not read from an event of an unknown version", Expected: "Tea", Seen: stored, Why: whyUnknown,
	})
	shippedStory := newStory()
	again := shippedStory.event(shipped, 5, 4, fmt.Sprintf(`{"orderId":%q,"carrier":"x"}`, shippedStory.id))
	s.sends(shippedStory.created(1), again)
	s.is("row", shippedStory.id, "the list is wrong about an order that was shipped with an unknown version of the event", whyUnknown,
		row{Status: "SHIPPED", Version: 4, Total: price})

	t.Step("each of them is in the log, and no known version is")
	known := newStory()
	readable := []fault.Message{known.created(1), known.paid(1), known.paid(2), known.cancelled(1), known.cancelled(2)}
	s.sends(readable...)
	for _, m := range append(events, again) {
		s.warned(m)
	}
	for _, m := range readable {
		t.True(len(s.warnings(m.ID)) == 0, check.Failure{
			ID: "noise", Sentence: "a known version is reported as unknown: " + named(m), Expected: "no " + unknownVersion,
			Seen: fmt.Sprintf("%d lines", len(s.warnings(m.ID))), Why: "the line asks for a deployment of order",
		})
	}

	t.Step("an unknown version cannot be read: it waits among the dead letters, and holds up nothing")
	broken := newStory()
	s.sends(broken.created(1))
	s.buries(broken.event(cancelled, 3, 4, `{"code":{"id":"BUYER_REQUEST","by":"app"},"reason":["r"]}`))
	s.buries(broken.event(paid, 3, 3, `{"total":["500","EUR"]}`))
	s.buries(broken.event(created, 2, 1, fmt.Sprintf(`{"buyerId":%q,"items":"none"}`, uuid.NewString())))
	s.is("row", broken.id, "an event that cannot be read has changed the list", "nothing is known of it", row{Status: "PENDING", Version: 1, Total: price})
	s.sends(broken.confirmed(1))
	s.is("row", broken.id, "the event after one that cannot be read is not in the list", "each message is on its own",
		row{Status: "CONFIRMED", Version: 2, Total: price})
}

func (s *shop) warnings(messageID string) (levels []string) {
	for _, line := range s.Service("order").Logs().Events(unknownVersion) {
		if line.Field("message_id") == messageID {
			levels = append(levels, line.Level+" "+line.Field("event_type")+" "+line.Field("event_version"))
		}
	}
	return levels
}

// warned fails unless the log says once that the version of this message is not known.
func (s *shop) warned(m fault.Message) {
	var got []string
	s.t.Within(patience/2, func() bool { got = s.warnings(m.ID); return len(got) > 0 })
	line := fmt.Sprintf("warn %s %v", m.Type, m.Headers["event_version"])
	s.t.True(len(got) == 1 && got[0] == line, check.Failure{
		ID: "unsaid", Sentence: "an unknown version is not reported: " + named(m),
		Expected: fmt.Sprintf("one warning %s with message_id, event_type and event_version", unknownVersion), Seen: fmt.Sprint(got),
		Why: "what was read is a guess: an operator must learn that a deployment is missing",
	})
}
