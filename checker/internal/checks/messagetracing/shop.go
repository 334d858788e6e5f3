package messagetracing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

// patience is how long something may take that takes milliseconds on an idle machine.
const patience = 15 * time.Second

const (
	deduct = "wallet.balance.deduct"
	buyer  = "0b6f2c1e-6c7e-4f0e-9d55-3c1f4f6a7b10"
)

// shop buys once, lets the broker deliver a command twice, and follows the spans.
func shop(t *check.T) {
	t.Step("start the four services on empty databases")
	spans := t.Spans()
	s := t.Stack(stack.Options{Env: map[string]string{
		"OTEL_FLUSH_INTERVAL": "50ms", "RABBITMQ_RECONNECT_MIN": "50ms", "CONSUMER_REQUEUE_MIN": "20ms", "CONSUMER_REQUEUE_MAX": "100ms",
	}})
	stocked(t, s)

	t.Step("buy a lamp; the ack of wallet for its command gets lost, and the broker delivers the command again")
	hold := s.Broker("wallet").HoldAck(fault.Key(deduct), 1)
	bought, err := s.Shop.CreateOrder(t.Context(), buyer, "purchase-1", stack.Item{SKU: "LAMP", Quantity: 1, UnitPrice: 500})
	ok(t, "buy", bought.OK(), bought, err)
	arriving, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := hold.Wait(arriving); err != nil {
		t.Fail(check.Failure{ID: "no-ack", Sentence: "wallet does not acknowledge the command of the purchase", Expected: "an ack", Seen: err.Error()})
	}
	hold.Drop()
	s.Broker("wallet").Reset()
	t.Ours("heal the connection", s.Heal())
	paid, err := s.Shop.AwaitOrder(t.Context(), buyer, bought.Data.ID)
	ok(t, "wait for the end of the purchase", paid.OK() && paid.Data.Status == "PAID", paid, err)

	t.Step("follow the spans from POST /v1/orders on")
	var seen verdict
	t.Within(patience, func() bool {
		seen = follow(spans.Spans(nil))
		return seen.failure == ""
	})
	if seen.failure != "" {
		t.Fail(check.Failure{
			ID: seen.failure, Sentence: seen.sentence, Expected: seen.expected, Seen: seen.seen,
			Why: "An order that is slow or stuck is looked for by its trace. What the trace does not show has not happened, for the engineer at night.",
		})
	}
}

func stocked(t *check.T, s *stack.Stack) {
	topUp, err := s.Shop.TopUp(t.Context(), buyer, "fund", 5000)
	ok(t, "top up a wallet", topUp.OK(), topUp, err)
	product, err := s.Shop.PutProduct(t.Context(), "LAMP", "Lamp", 500)
	ok(t, "put a product into the catalogue", product.OK(), product, err)
	delivery, err := s.Shop.AdjustStock(t.Context(), "LAMP", "delivery", 10)
	ok(t, "put stock on the shelf", delivery.OK(), delivery, err)
}

func ok(t *check.T, doing string, ok bool, answer fmt.Stringer, err error) {
	t.NoError(doing, err)
	t.True(ok, check.Failure{Sentence: doing + ": refused", Expected: "an answer 2xx", Seen: answer.String()})
}

// A verdict is what is wrong with the trace of the purchase; failure is "" when nothing is.
type verdict struct{ failure, sentence, expected, seen string }

// follow looks at the spans that have arrived.
func follow(all []telemetry.Span) verdict {
	root := slices.IndexFunc(all, func(s telemetry.Span) bool {
		return s.Service == "gateway" && s.Kind == "server" && strings.Contains(s.Name, "POST") && strings.HasSuffix(s.Name, "/v1/orders")
	})
	if root < 0 {
		return verdict{"no-root", "the request of the purchase has no span", "a span of gateway for POST /v1/orders", "none"}
	}
	trace := all[root].TraceID
	mine, byID := map[string][]telemetry.Span{}, map[string]telemetry.Span{}
	for _, s := range all {
		if s.TraceID == trace {
			byID[s.SpanID] = s
			mine[s.Kind+" "+s.Service] = append(mine[s.Kind+" "+s.Service], s)
		}
	}
	for _, step := range []struct{ kind, service, what string }{
		{"producer", "order", "order publishes the commands"},
		{"consumer", "inventory", "inventory handles its command"},
		{"producer", "inventory", "inventory publishes its reply"},
		{"consumer", "wallet", "wallet handles its command"},
		{"producer", "wallet", "wallet publishes its reply"},
		{"consumer", "order", "order handles the replies"},
	} {
		if len(mine[step.kind+" "+step.service]) == 0 {
			return verdict{"ends", "the trace of the purchase ends: it does not show that " + step.what,
				"a " + step.kind + " span of " + step.service + " in the trace of POST /v1/orders", shape(all, trace)}
		}
	}
	for _, s := range byID {
		parent, known := byID[s.ParentID]
		switch {
		case s.Kind == "consumer" && (!known || parent.Kind != "producer"):
			return verdict{"no-parent", "a delivery does not hang on its publication: " + s.Service + ", " + s.Name,
				"its parent is the producer span that sent the message", "its parent is " + describe(parent, known)}
		case s.Kind == "producer" && !known:
			return verdict{"no-parent", "a publication does not hang on what wrote the message: " + s.Service + ", " + s.Name,
				"its parent is a span of the transaction", "its parent is in no span of the trace"}
		}
	}
	if n := deliveries(mine["consumer wallet"]); n < 2 {
		return verdict{"redelivered", "a message that was delivered twice has not two spans in the trace of the purchase",
			"two consumer spans of wallet for one message, both in the trace", fmt.Sprintf("%d", n)}
	}
	return verdict{}
}

// deliveries is how many spans the message with the most spans has.
func deliveries(spans []telemetry.Span) (most int) {
	count := map[string]int{}
	for _, s := range spans {
		count[s.ParentID]++
		most = max(most, count[s.ParentID])
	}
	return most
}

func describe(s telemetry.Span, known bool) string {
	if !known {
		return "in no span of the trace"
	}
	return fmt.Sprintf("the %s span %q of %s", s.Kind, s.Name, s.Service)
}

// shape lists producers and consumers, those of the trace first.
func shape(all []telemetry.Span, trace string) string {
	var inside, outside []string
	for _, s := range all {
		switch line := s.Service + " " + s.Name; {
		case s.Kind != "producer" && s.Kind != "consumer":
		case s.TraceID == trace:
			inside = append(inside, line)
		default:
			outside = append(outside, line)
		}
	}
	return "in the trace: " + list(inside) + "\nin other traces: " + list(outside)
}

func list(lines []string) string {
	if len(lines) == 0 {
		return "none"
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), ", ")
}
