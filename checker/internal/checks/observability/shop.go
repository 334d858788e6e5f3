package observability

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

// patience is how long a span or a line may take that takes milliseconds on an idle machine.
const patience = 5 * time.Second

const lamp = "lamp"

// shop is the running system, with what this lesson asks of it.
type shop struct {
	*incident.System
	spans *telemetry.Receiver
}

func openShop(t *check.T) *shop {
	spans := t.Spans()
	return &shop{incident.Open(t, map[string]string{"OTEL_FLUSH_INTERVAL": "20ms"}, lamp), spans}
}

// do sends a request and returns the answer, whatever its status.
func (s *shop) do(a stack.Ask) stack.Answer[json.RawMessage] {
	answer, err := s.Shop.Do(s.T.Context(), a)
	s.T.NoError(a.Method+" "+a.Path, err)
	return answer
}

// purchase is a request to buy a lamp.
func (s *shop) purchase(headers ...string) stack.Ask {
	return stack.Ask{Method: http.MethodPost, Path: "/v1/orders", User: s.Buyer, Key: uuid.NewString(), Body: stack.Purchase(incident.Piece(lamp)), Header: header(headers...)}
}

// topUp is a request to pay with a card.
func (s *shop) topUp(source string) stack.Ask {
	return stack.Ask{
		Method: http.MethodPost, Path: "/v1/wallets/me/top-ups", User: s.Buyer, Key: uuid.NewString(),
		Body: map[string]any{"minor_units": 100, "currency": "EUR", "source": source},
	}
}

// header makes a header of pairs of name and value.
func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func (s *shop) answers(a stack.Ask, what string, status int) stack.Answer[json.RawMessage] {
	answer := s.do(a)
	s.T.True(answer.Status == status, check.Failure{
		ID: "answer", Sentence: what + " is not answered as it must be", Expected: fmt.Sprint(status), Seen: answer.String(),
		Why: "What observes a request must not change it.",
	})
	return answer
}

// buys sends a purchase. A stage that pays for it later answers 202.
func (s *shop) buys(a stack.Ask, what string) stack.Answer[json.RawMessage] {
	answer := s.do(a)
	s.T.True(answer.Status == http.StatusCreated || answer.Status == http.StatusAccepted, check.Failure{
		ID: "answer", Sentence: what + " is not answered as it must be", Expected: "201", Seen: answer.String(),
		Why: "What observes a request must not change it.",
	})
	return answer
}

// root waits for the gateway's span of the first request of this method and route that began after since.
func (s *shop) root(since time.Time, method, route string) (telemetry.Span, bool) {
	var found []telemetry.Span
	s.T.Within(patience, func() bool {
		found = s.spans.Spans(func(span telemetry.Span) bool {
			return span.Service == "gateway" && span.Kind == "server" && !span.Start.Before(since) &&
				strings.Contains(span.Name, method) && strings.HasSuffix(span.Name, route)
		})
		return len(found) > 0
	})
	if len(found) == 0 {
		return telemetry.Span{}, false
	}
	return found[0], true
}

// lines waits until all of the services have written a line with this correlation id, and returns those of all services.
func (s *shop) lines(id string, services ...string) []stack.Line {
	var found []stack.Line
	s.T.Within(patience, func() bool {
		found = nil
		var seen []string
		for _, name := range stack.Names() {
			for _, line := range s.Service(name).Logs().All() {
				if line.Field("correlation_id") == id {
					found = append(found, line)
					seen = append(seen, name)
				}
			}
		}
		return !slices.ContainsFunc(services, func(name string) bool { return !slices.Contains(seen, name) })
	})
	return found
}

// settled waits until the spans that have arrived satisfy ok.
func (s *shop) settled(ok func([]telemetry.Span) bool) {
	s.T.Within(patience, func() bool { return ok(s.spans.Spans(nil)) })
}

func (s *shop) scrape(ctx context.Context, service string) telemetry.Metrics {
	families, err := telemetry.Scrape(ctx, s.Service(service).MetricsAddr)
	s.T.NoError("read the metrics of "+service, err)
	return families
}
