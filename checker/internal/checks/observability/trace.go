package observability

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/metadata"

	inventoryv1 "shop/gen/inventory/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

const (
	foreignTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	foreignSpan  = "00f067aa0ba902b7"
	traceWhy     = "A request that is slow or failed is looked for by its trace. What the trace does not show has not happened, for the operator at night."
)

// traces follows the spans of purchases, of a top-up, of a failure, and of calls with the trace context of others.
func traces(t *check.T) {
	s := openShop(t)
	t.Step("buy a lamp and follow its spans")
	begin := time.Now()
	s.buys(s.purchase(), "a purchase")
	s.isOneTrace("a purchase", begin, "")

	t.Step("buy with the trace context of a client, with a hostile and with a malformed one")
	for what, headers := range map[string][]string{
		"a purchase with the client's own traceparent": {"traceparent", "00-" + foreignTrace + "-" + foreignSpan + "-01", "tracestate", "vendor=1"},
		"a purchase with a traceparent that says \"not sampled\", and with hostile tracestate and baggage": {
			"traceparent", "00-" + foreignTrace + "-" + foreignSpan + "-00", "tracestate", strings.Repeat("a=b,", 500), "baggage", "user_id=admin," + strings.Repeat("x", 4000) + "=1",
		},
		"a purchase with a malformed traceparent": {"traceparent", "00-" + strings.Repeat("0", 32) + "-" + foreignSpan + "-01"},
	} {
		begin := time.Now()
		s.buys(s.purchase(headers...), what)
		s.isOneTrace(what, begin, foreignTrace)
	}
	s.continued()
	s.outgoing()
	s.failures()
}

// isOneTrace waits until the spans of a purchase are as they must be.
func (s *shop) isOneTrace(what string, begin time.Time, not string) {
	s.T.Step("follow the spans of %s", what)
	root, ok := s.root(begin, http.MethodPost, "/v1/orders")
	s.T.True(ok, check.Failure{
		ID: "no-root", Sentence: what + " has no span of the gateway", Expected: `a server span "POST /v1/orders" of gateway`, Seen: "none", Why: traceWhy,
	})
	s.T.True(root.ParentID == "" && root.TraceID != not, check.Failure{
		ID: "client", Sentence: what + ": the span of the gateway continues the trace of the client", Expected: "a root span with a trace id of its own",
		Seen: "trace " + root.TraceID + ", parent " + root.ParentID, Why: "Clients on the internet must not choose trace ids, nor decide what is recorded.",
	})
	var seen check.Failure
	s.T.Within(patience, func() bool {
		seen = follow(what, s.spans.Trace(root.TraceID), s.spans.Spans(func(span telemetry.Span) bool { return !span.Start.Before(begin) && span.TraceID != root.TraceID }))
		return seen.ID == ""
	})
	s.T.True(seen.ID == "", seen)
}

// callers are the services that may call each service for a purchase.
var callers = map[string]string{"order": "gateway", "inventory": "order", "wallet": "order"}

// follow looks at the spans of a trace; others began meanwhile and are in other traces.
func follow(what string, trace, others []telemetry.Span) check.Failure {
	byID := map[string]telemetry.Span{}
	for _, span := range trace {
		byID[span.SpanID] = span
	}
	steps := map[string]bool{}
	for _, span := range trace {
		if span.Service == "gateway" && span.Kind == "server" {
			continue
		}
		parent, known := byID[span.ParentID]
		if !known {
			return check.Failure{
				ID: "parent", Sentence: what + ": a span of the trace has a parent that no service has recorded", Expected: "a parent in the trace of the request",
				Seen: describe(span) + " has the parent " + span.ParentID, Why: traceWhy,
			}
		}
		switch span.Kind {
		case "server":
			if parent.Kind != "client" || parent.Service != callers[span.Service] {
				return check.Failure{
					ID: "parent", Sentence: what + ": a span of a server is not the child of the call", Expected: "the parent is the client span of " + callers[span.Service],
					Seen: describe(span) + " is a child of " + describe(parent), Why: traceWhy,
				}
			}
			steps[operation(span)] = true
		case "client":
			if parent.Service != span.Service {
				return check.Failure{
					ID: "parent", Sentence: what + ": a span of a client is not the child of a span of its service", Expected: "a parent of " + span.Service,
					Seen: describe(span) + " is a child of " + describe(parent), Why: traceWhy,
				}
			}
			if span.Attributes["db.system.name"] != "" {
				steps["a query of "+span.Service] = true
			}
		}
	}
	for _, step := range []string{
		"order CreateOrder", "inventory GetProducts", "inventory Reserve", "wallet Deduct", "a query of order", "a query of inventory", "a query of wallet",
	} {
		if !steps[step] {
			return check.Failure{
				ID: "ends", Sentence: what + ": its trace ends before " + step, Expected: "a span for each call and each query, in the trace of the request",
				Seen: "in the trace: " + shape(trace) + "\nin other traces meanwhile: " + shape(others), Why: traceWhy,
			}
		}
	}
	return check.Failure{}
}

func describe(s telemetry.Span) string {
	return fmt.Sprintf("%q (%s, %s)", s.Name, s.Service, s.Kind)
}

// operation is the service and the method of a span of a call.
func operation(s telemetry.Span) string {
	return s.Service + " " + s.Name[strings.LastIndex(s.Name, "/")+1:]
}

// shape lists the calls and queries among spans.
func shape(spans []telemetry.Span) string {
	var lines []string
	for _, span := range spans {
		if span.Kind == "server" {
			lines = append(lines, operation(span))
		}
		if span.Attributes["db.system.name"] != "" {
			lines = append(lines, "queries of "+span.Service)
		}
	}
	if len(lines) == 0 {
		return "nothing"
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), ", ")
}

// continued calls a service as another service does, with a trace context of its own.
func (s *shop) continued() {
	s.T.Step("call inventory with the trace context of a service")
	for _, c := range []struct {
		what, traceparent, trace, parent string
	}{
		{"a call with a valid traceparent", "00-" + foreignTrace + "-" + foreignSpan + "-01", foreignTrace, foreignSpan},
		{"a call with a malformed traceparent", "00-" + foreignTrace + "-short-01", "", ""},
	} {
		begin := time.Now()
		ctx := metadata.AppendToOutgoingContext(s.AsUser(s.T.Context(), s.Buyer, "admin"), "traceparent", c.traceparent, "tracestate", strings.Repeat("a=b,", 50)+"=", "baggage", "=;=,%%%")
		_, err := s.Inventory.GetProducts(ctx, &inventoryv1.GetProductsRequest{Skus: []string{lamp}})
		s.T.NoError(c.what+" of inventory", err)
		var seen []telemetry.Span
		s.settled(func(all []telemetry.Span) bool {
			seen = nil
			for _, span := range all {
				if span.Service == "inventory" && span.Kind == "server" && operation(span) == "inventory GetProducts" && !span.Start.Before(begin) {
					seen = append(seen, span)
				}
			}
			return len(seen) > 0
		})
		want := "a span in the trace " + c.trace + " with the parent " + c.parent
		ok := len(seen) == 1 && seen[0].TraceID == c.trace && seen[0].ParentID == c.parent
		if c.trace == "" {
			want = "a root span, in a trace of its own"
			ok = len(seen) == 1 && seen[0].TraceID != foreignTrace && seen[0].ParentID == ""
		}
		var got []string
		for _, span := range seen {
			got = append(got, "trace "+span.TraceID+", parent "+span.ParentID)
		}
		s.T.True(ok, check.Failure{
			ID: "service", Sentence: c.what + " of a service is not continued as it must be", Expected: want, Seen: fmt.Sprint(got),
			Why: "Within the shop the caller decides which trace a call belongs to. What cannot be read is no trace.",
		})
	}
}

// outgoing looks at the span of a call to the payment provider.
func (s *shop) outgoing() {
	s.T.Step("pay with a card and follow the call of the payment provider")
	begin := time.Now()
	s.answers(s.topUp("tok_visa"), "a top-up by card", http.StatusCreated)
	root, _ := s.root(begin, http.MethodPost, "/v1/wallets/me/top-ups")
	var trace []telemetry.Span
	found := s.T.Within(patience, func() bool {
		trace = s.spans.Trace(root.TraceID)
		return slices.ContainsFunc(trace, func(span telemetry.Span) bool {
			return span.Service == "wallet" && span.Kind == "client" && span.Attributes["peer.service"] == "payment" && span.Attributes["http.request.method"] == http.MethodPost &&
				span.Attributes["http.response.status_code"] == "201" &&
				slices.ContainsFunc(trace, func(parent telemetry.Span) bool { return parent.SpanID == span.ParentID && parent.Service == "wallet" })
		})
	})
	s.T.True(found, check.Failure{
		ID: "outgoing", Sentence: "the trace of a top-up does not show the call of the payment provider",
		Expected: "a client span of wallet with peer.service payment, http.request.method POST and http.response.status_code 201, child of a span of wallet",
		Seen:     names(trace), Why: "When the provider is slow, the shop is slow. Without this span it looks as if wallet were.",
	})
}

func names(spans []telemetry.Span) string {
	var lines []string
	for _, span := range spans {
		lines = append(lines, describe(span))
	}
	return strings.Join(lines, ", ")
}

// failures looks at the status of spans: an outage is an error, an order that does not exist is none.
func (s *shop) failures() {
	t := s.T
	t.Step("ask for an order that does not exist, and for one while the database of order is away")
	begin := time.Now()
	s.answers(stack.Ask{Method: http.MethodGet, Path: "/v1/orders/" + uuid.NewString(), User: s.Buyer}, "an order that does not exist", http.StatusNotFound)
	s.status("an order that does not exist", begin, map[string]bool{"order": false})
	s.unavailable(func() {
		begin = time.Now()
		s.answers(stack.Ask{Method: http.MethodGet, Path: "/v1/orders/" + uuid.NewString(), User: s.Buyer}, "an order while the database is away", http.StatusServiceUnavailable)
	})
	s.status("an order while the database of order is away", begin, map[string]bool{"gateway": true, "order": true})
}

// unavailable runs f while order cannot reach its database, and has noticed: the first statement on a connection that was lost fails in
// another way.
func (s *shop) unavailable(f func()) {
	link := s.Server("order", "postgres")
	link.Cut()
	var answer stack.Answer[json.RawMessage]
	noticed := s.T.Within(patience, func() bool {
		answer = s.do(stack.Ask{Method: http.MethodGet, Path: "/v1/orders/" + uuid.NewString(), User: s.Buyer})
		return answer.Status == http.StatusServiceUnavailable
	})
	s.T.True(noticed, check.Failure{
		ID: "answer", Sentence: "an order is not refused as it must be while the database of order is away", Expected: "503", Seen: answer.String(),
		Why: "What observes a request must not change it.",
	})
	f()
	s.T.Ours("heal the link to the database", link.Heal())
}

// status compares the status of the server spans of a request.
func (s *shop) status(what string, begin time.Time, failed map[string]bool) {
	root, ok := s.root(begin, http.MethodGet, "/v1/orders/:id")
	s.T.True(ok, check.Failure{ID: "no-root", Sentence: what + " has no span of the gateway", Expected: `a server span "GET /v1/orders/:id" of gateway`, Seen: "none", Why: traceWhy})
	for service, want := range failed {
		var seen []telemetry.Span
		s.T.Within(patience, func() bool {
			seen = s.spans.Spans(func(span telemetry.Span) bool {
				return span.TraceID == root.TraceID && span.Service == service && span.Kind == "server"
			})
			return len(seen) > 0
		})
		s.T.True(len(seen) == 1 && seen[0].Failed == want, check.Failure{
			ID: "status", Sentence: fmt.Sprintf("%s: the status of the server span of %s is wrong", what, service), Expected: fmt.Sprintf("one span, Error is %v", want),
			Seen: fmt.Sprintf("%d spans: %s", len(seen), failedNames(seen)), Why: "One searches for failed traces by this status. What does not exist is no fault of the shop.",
		})
	}
}

func failedNames(spans []telemetry.Span) string {
	var lines []string
	for _, span := range spans {
		lines = append(lines, fmt.Sprintf("%s: Error is %v", describe(span), span.Failed))
	}
	return strings.Join(lines, ", ")
}
