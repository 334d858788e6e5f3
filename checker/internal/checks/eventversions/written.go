package eventversions

import (
	"context"
	"fmt"
	"strings"
	"time"

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
	s := open(t, "1")
	t.Step("an order is shipped and one is cancelled: readers of version 1 read the events")
	s.lives(1)
	t.Step("restart order with ORDER_EVENT_VERSION=2: readers of version 2 read the events")
	s.restart("2")
	s.lives(2)
	for _, v := range []string{"3", "0"} {
		t.Step("start order with ORDER_EVENT_VERSION=%s", v)
		_, err := s.Service("order").Stop(t.Context())
		t.Ours("stop order", err)
		began := len(s.Service("order").Logs().All())
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		err = s.Service("order").Restart(ctx, version(v))
		cancel()
		t.True(err != nil, check.Failure{
			ID: "no-such-version", Sentence: "order starts with ORDER_EVENT_VERSION=" + v, Expected: "it refuses to start", Seen: "it serves",
			Why: "there are two versions: what would it publish?",
		})
		said := ""
		for _, line := range s.Service("order").Logs().All()[began:] {
			said += line.Raw + "\n"
		}
		t.True(strings.Contains(said, "ORDER_EVENT_VERSION"), check.Failure{
			ID: "unsaid", Sentence: "order does not start and does not say which setting is wrong", Expected: "an error that names ORDER_EVENT_VERSION",
			Seen: said, Why: "the error of Validate is all that an operator sees",
		})
	}
}

// lives ships one order and cancels another, and reads their events.
func (s *shop) lives(v int) {
	shippedID, cancelledID := s.buy(), s.buy()
	s.ship(shippedID)
	s.cancel(cancelledID)
	s.becomes(shippedID, "SHIPPED")
	s.becomes(cancelledID, "CANCELLED")
	first, second, last := &orderv1.OrderCreated{}, &orderv1.OrderConfirmed{}, &orderv1.OrderShipped{}
	s.reads(s.event(shippedID, created), 1, first)
	s.reads(s.event(shippedID, confirmed), 1, second)
	s.reads(s.event(shippedID, shipped), 1, last)
	s.says(created, "orderId, buyerId, total, items", []any{shippedID, s.buyer, int64(price), "EUR", 1},
		[]any{first.GetOrderId(), first.GetBuyerId(), first.GetTotal().GetMinorUnits(), first.GetTotal().GetCurrency(), len(first.GetItems())})
	s.says(confirmed, "orderId", []any{shippedID}, []any{second.GetOrderId()})
	s.says(shipped, "orderId", []any{shippedID}, []any{last.GetOrderId()})
	payment, cancellation := s.event(cancelledID, paid), s.event(cancelledID, cancelled)
	var text string
	err := s.db.QueryRow(s.t.Context(), `SELECT cancel_reason FROM orders WHERE id = $1`, cancelledID).Scan(&text)
	s.t.Ours("read the order", err)
	if v == 1 {
		p, c := &orderv1.OrderPaid{}, &orderv1.OrderCancelled{}
		s.reads(payment, 1, p)
		s.reads(cancellation, 1, c)
		s.says(paid+", version 1", "orderId, totalMinor, currency", []any{cancelledID, int64(price), "EUR"},
			[]any{p.GetOrderId(), p.GetTotalMinor(), p.GetCurrency()})
		s.says(cancelled+", version 1", "orderId, reason", []any{cancelledID, text}, []any{c.GetOrderId(), c.GetReason()})
		return
	}
	p, c := &orderv1.OrderPaidV2{}, &orderv1.OrderCancelledV2{}
	s.reads(payment, 2, p)
	s.reads(cancellation, 2, c)
	s.says(paid+", version 2", "orderId, total", []any{cancelledID, int64(price), "EUR"},
		[]any{p.GetOrderId(), p.GetTotal().GetMinorUnits(), p.GetTotal().GetCurrency()})
	s.says(cancelled+", version 2", "orderId, code, reason", []any{cancelledID, "BUYER_REQUEST", text},
		[]any{c.GetOrderId(), c.GetCode(), c.GetReason()})
	var paidAt time.Time
	s.t.Ours("read the order", s.db.QueryRow(s.t.Context(), `SELECT paid_at FROM orders WHERE id = $1`, cancelledID).Scan(&paidAt))
	s.t.True(p.GetPaidAt().AsTime().Sub(paidAt).Abs() <= time.Millisecond, check.Failure{
		ID: "content", Sentence: paid + ", version 2, does not say when the order was paid", Expected: paidAt.UTC().String(),
		Seen: p.GetPaidAt().AsTime().String(), Why: "the time of the event is when it happened, not when it was sent",
	})
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
		ID: "content", Sentence: event + " does not say what a reader of this version needs: " + fields,
		Expected: fmt.Sprint(want), Seen: fmt.Sprint(got), Why: whyWritten,
	})
}
