package eventversions

import (
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	orderv1 "shop/gen/order/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

const whyWritten = "readers decode a message by the version in its header: one that says another version than its payload has is read " +
	"with empty fields, and no error"

// written reads what order publishes, as a reader of each version.
func written(t *check.T) {
	s := sells(t, "1")
	t.Step("an order is shipped, one is cancelled by its buyer, and one for want of money: readers of version 1 read the events")
	s.lives(1)
	t.Step("restart order with ORDER_EVENT_VERSION=2: readers of version 2 read the events")
	s.restart("2")
	s.lives(2)
	s.refuses("3", "0", "-1")
}

// refuses starts order with each of these settings, and fails unless it exits and names the variable.
func (s *shop) refuses(settings ...string) {
	said := make([]string, len(settings))
	for i, v := range settings {
		s.t.Step("start order with ORDER_EVENT_VERSION=%s", v)
		_, err := s.Service("order").Stop(s.t.Context())
		s.t.Ours("stop order", err)
		began := len(s.Service("order").Logs().All())
		err = s.Service("order").Restart(s.t.Context(), version(v))
		_, ended := s.Service("order").Exit()
		s.t.True(err != nil && ended, check.Failure{
			ID: "no-such-version", Sentence: "order starts with ORDER_EVENT_VERSION=" + v, Expected: "it refuses to start", Seen: "it runs",
			Why: "there are two versions: what would it publish?",
		})
		for _, line := range s.Service("order").Logs().All()[began:] {
			said[i] += line.Raw + "\n"
		}
	}
	s.t.Step("start order with ORDER_EVENT_VERSION=2 again")
	s.restart("2")
	for i, v := range settings {
		s.t.True(strings.Contains(said[i], "ORDER_EVENT_VERSION"), check.Failure{
			ID: "unsaid", Sentence: "order does not start with ORDER_EVENT_VERSION=" + v + ", and does not say which setting is wrong",
			Expected: "an error that names ORDER_EVENT_VERSION", Seen: said[i], Why: "the error of Validate is all that an operator sees",
		})
	}
}

// lives ships one order, cancels another, sells one to a buyer without money, and reads their events.
func (s *shop) lives(v int) {
	shippedID, cancelledID, refusedID := s.buy(), s.buy(), s.refused()
	s.ship(shippedID)
	s.cancel(cancelledID)
	s.becomes(shippedID, "SHIPPED")
	s.becomes(cancelledID, "CANCELLED")
	first, second, last := &orderv1.OrderCreated{}, &orderv1.OrderConfirmed{}, &orderv1.OrderShipped{}
	s.reads(s.event(shippedID, created), 1, first)
	s.reads(s.event(shippedID, confirmed), 1, second)
	s.reads(s.event(shippedID, shipped), 1, last)
	var items []string
	for _, item := range first.GetItems() {
		items = append(items, fmt.Sprintf("%d %s at %d", item.GetQuantity(), item.GetSku(), item.GetUnitPrice()))
	}
	s.says(created, "orderId, buyerId, total, items", []any{shippedID, s.buyer, int64(price), "EUR", []string{fmt.Sprintf("1 %s at %d", s.sku, price)}},
		[]any{first.GetOrderId(), first.GetBuyerId(), first.GetTotal().GetMinorUnits(), first.GetTotal().GetCurrency(), items})
	s.occurred(created+" does not say when the order was created: createdAt", shippedID, "created_at", first.GetCreatedAt().AsTime())
	s.says(confirmed, "orderId", []any{shippedID}, []any{second.GetOrderId()})
	s.says(shipped, "orderId", []any{shippedID}, []any{last.GetOrderId()})
	s.pays(cancelledID, v)
	s.cancels(cancelledID, v)
	s.cancels(refusedID, v)
}

// pays reads the event of a payment as a reader of this version does.
func (s *shop) pays(id string, v int) {
	m := s.event(id, paid)
	if v == 1 {
		p := &orderv1.OrderPaid{}
		s.reads(m, 1, p)
		s.says(describe(m), "orderId, totalMinor, currency", []any{id, int64(price), "EUR"}, []any{p.GetOrderId(), p.GetTotalMinor(), p.GetCurrency()})
		return
	}
	p := &orderv1.OrderPaidV2{}
	s.reads(m, 2, p)
	s.says(describe(m), "orderId, total", []any{id, int64(price), "EUR"}, []any{p.GetOrderId(), p.GetTotal().GetMinorUnits(), p.GetTotal().GetCurrency()})
	s.occurred(describe(m)+", does not say when the order was paid: paidAt", id, "paid_at", p.GetPaidAt().AsTime())
}

// occurred fails unless the time in an event is the one in this column of the order.
func (s *shop) occurred(sentence, id, column string, got time.Time) {
	var want time.Time
	err := s.db.QueryRow(s.t.Context(), `SELECT `+pgx.Identifier{column}.Sanitize()+` FROM orders WHERE id = $1`, id).Scan(&want)
	s.t.Ours("read the order", err)
	s.t.True(got.Truncate(time.Microsecond).Equal(want), check.Failure{
		ID: "content", Sentence: sentence, Expected: want.UTC().Format(time.RFC3339Nano), Seen: got.Format(time.RFC3339Nano),
		Why: "the time of the event is when it happened, not when it was encoded or sent",
	})
}

// cancels reads the event of a cancellation as a reader of this version does.
func (s *shop) cancels(id string, v int) {
	m := s.event(id, cancelled)
	code, text := s.cancellation(id)
	if v == 1 {
		c := &orderv1.OrderCancelled{}
		s.reads(m, 1, c)
		s.says(describe(m), "orderId, reason", []any{id, text}, []any{c.GetOrderId(), c.GetReason()})
		return
	}
	c := &orderv1.OrderCancelledV2{}
	s.reads(m, 2, c)
	s.says(describe(m), "orderId, code, reason", []any{id, code, text}, []any{c.GetOrderId(), c.GetCode(), c.GetReason()})
}

// reads decodes an event as a reader of this version does.
func (s *shop) reads(m fault.Message, v int, into proto.Message) {
	got := fmt.Sprint(m.Headers["event_version"])
	s.t.True(got == fmt.Sprint(v), check.Failure{
		ID: "version", Sentence: fmt.Sprintf("%s has version %s", m.Type, got), Expected: fmt.Sprintf("version %d", v), Seen: "version " + got,
		Why: "ORDER_EVENT_VERSION is the version that every reader can read by now; events that have one version keep it",
	})
	err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Body, into)
	s.t.True(err == nil, check.Failure{
		ID: "content", Sentence: fmt.Sprintf("a reader of version %d cannot read %s", v, m.Type), Expected: "the payload of its version",
		Seen: fmt.Sprintf("%s: %v", m.Body, err), Why: whyWritten,
	})
}

// says fails unless a reader of an event has found these values.
func (s *shop) says(event, fields string, want, got []any) {
	s.t.True(fmt.Sprint(want) == fmt.Sprint(got), check.Failure{
		ID: "content", Sentence: event + ", does not say what a reader of this version needs: " + fields,
		Expected: fmt.Sprint(want), Seen: fmt.Sprint(got), Why: whyWritten,
	})
}
