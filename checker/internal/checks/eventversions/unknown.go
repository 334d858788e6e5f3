package eventversions

import (
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const (
	unknownVersion = "order.event.unknown_version"
	whyUnknown     = "a service that was rolled back, or is deployed last, gets events of versions that it has never heard of. A new version adds " +
		"fields, and what is the same in it can be read"
)

// unknown sends events of versions that no code knows. Those of payments and cancellations are the matter of read.
func unknown(t *check.T) {
	s := projects(t)
	t.Step("events come in versions of the future")
	o := newStory()
	want := row{Status: "PENDING", Version: 1, Total: price}
	sku := "TEA-" + o.id[:8]
	future := []fault.Message{
		o.created(2), o.confirmed(3), o.money(deducted, 4), o.shipped(5), o.money(refunded, 6), o.named(sku, "Tea", 7),
	}
	for _, m := range future {
		switch m.Type {
		case confirmed:
			want.Status, want.Version = "CONFIRMED", 2
		case deducted:
			want.Payment = 1
		case shipped:
			want.Status, want.Version = "SHIPPED", 4
		case refunded:
			want.Payment = 2
		}
		s.sends(m)
		s.is("row", o.id, "the list does not show "+describe(m), whyUnknown, want)
	}
	stored := s.product(sku)
	t.True(stored == "Tea", check.Failure{
		ID: "row", Sentence: "the name of a product was not read from " + describe(future[5]), Expected: "Tea", Seen: stored, Why: whyUnknown,
	})

	t.Step("each of them is in the log, and no known version is")
	known := newStory()
	readable := []fault.Message{
		known.created(1), known.confirmed(1), known.money(deducted, 1), known.shipped(1), known.money(refunded, 1), known.named(sku, "Tea", 1),
	}
	s.sends(readable...)
	for _, m := range future {
		s.warned(m)
	}
	s.silent(readable...)

	t.Step("an event cannot be read: it waits among the dead letters, and holds up nothing")
	broken := newStory()
	sku = "TEA-" + broken.id[:8]
	s.sends(broken.created(1))
	nothing := "nothing is known of it"
	for _, m := range []fault.Message{
		broken.event(productChanged, 2, 900, fmt.Sprintf(`{"sku":%q,"name":{"en":"Tea"}}`, sku)),
		broken.event(productChanged, 1, 900, fmt.Sprintf(`{"sku":%q,"name":["Tea"]}`, sku)),
		broken.event(created, 2, 1, fmt.Sprintf(`{"buyerId":%q,"items":"none"}`, uuid.NewString())),
		broken.event(confirmed, 1, 2, `confirmed`),
		broken.event(shipped, 3, 4, `{"orderId":{}}`),
		broken.event(deducted, 4, 900, fmt.Sprintf(`{"sagaId":[%q]}`, broken.id)),
	} {
		s.buries(m)
		if m.Headers["event_version"] != 1 {
			s.warned(m)
		}
	}
	s.is("row", broken.id, "an event that cannot be read has changed the list", nothing, row{Status: "PENDING", Version: 1, Total: price})
	stored = s.product(sku)
	t.True(stored == "", check.Failure{
		ID: "row", Sentence: "an event that cannot be read has changed the name of a product", Expected: "no name", Seen: stored, Why: nothing,
	})
	s.sends(broken.confirmed(1))
	s.is("row", broken.id, "the event after one that cannot be read is not in the list", "each message is on its own",
		row{Status: "CONFIRMED", Version: 2, Total: price})
}

// product is the name that order has for a product, "" for none.
func (s *shop) product(sku string) (name string) {
	err := s.db.QueryRow(s.t.Context(), `SELECT name FROM product_names WHERE sku = $1`, sku).Scan(&name)
	if !errors.Is(err, pgx.ErrNoRows) {
		s.t.Ours("read the names of products", err)
	}
	return name
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
	sentence := "an unknown version is not reported: " + describe(m)
	if len(got) > 1 {
		sentence = fmt.Sprintf("an unknown version is reported %d times: %s", len(got), describe(m))
	}
	line := fmt.Sprintf("warn %s %v", m.Type, m.Headers["event_version"])
	s.t.True(len(got) == 1 && got[0] == line, check.Failure{
		ID: "unsaid", Sentence: sentence,
		Expected: fmt.Sprintf("one warning %s with message_id, event_type and event_version", unknownVersion), Seen: fmt.Sprint(got),
		Why: "what was read is a guess: an operator must learn that a deployment is missing",
	})
}

// silent fails if the log says of one of these messages that its version is not known.
func (s *shop) silent(known ...fault.Message) {
	for _, m := range known {
		got := s.warnings(m.ID)
		s.t.True(len(got) == 0, check.Failure{
			ID: "noise", Sentence: "a known version is reported as unknown: " + describe(m), Expected: "no " + unknownVersion,
			Seen: fmt.Sprint(got), Why: "the line asks for a deployment of order, and none is missing",
		})
	}
}
