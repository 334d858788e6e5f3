package observability

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

var (
	eventName = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`)
	traceName = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

const correlationHeader = "x-correlation-id"

// logs reads the lines of a purchase, of a refusal, and of failures whose cause is known.
func logs(t *check.T) {
	s := openShop(t)
	id := "purchase-" + uuid.NewString()
	t.Step("buy a lamp and read the lines with its correlation id")
	s.buys(s.purchase(correlationHeader, id), "a purchase")
	lines := s.lines(id, stack.Names()...)
	s.allServices(lines)
	trace := s.sameTrace(lines)
	s.namesSpans(trace, lines)
	s.fields()

	t.Step("ask for an order that does not exist")
	refused := s.fails("an order that does not exist", http.StatusNotFound, 1001)
	for _, line := range refused {
		t.True(line.Level != "error", check.Failure{
			ID: "level", Sentence: "a refusal is logged as a fault of the system", Expected: "the level info or warn", Seen: line.Raw,
			Why: "The level error wakes people. That a client asks for what does not exist is no reason.",
		})
	}
	t.Step("ask for an order while order cannot reach its database")
	var failed []stack.Line
	s.unavailable(func() {
		failed = s.fails("an order while the database is away", http.StatusServiceUnavailable, 5001, "order")
	})
	s.hasCause("order", failed, s.Server("order", "postgres").Addr(), "the database of order is away", "the address that order could not connect to")
	s.levelError(failed)

	t.Step("ask for an order while the gateway cannot reach order")
	link := s.Call("gateway", "order")
	link.Cut()
	away := s.fails("an order while order is away", http.StatusServiceUnavailable, 5001)
	s.T.Ours("heal the link to order", link.Heal())
	s.hasCause("gateway", away, "code = Unavailable", "the gateway cannot reach order", "the error of gRPC, with code = Unavailable")
	s.levelError(away)
}

// allServices fails unless each service has written a line.
func (s *shop) allServices(lines []stack.Line) {
	for _, service := range stack.Names() {
		var n int
		for _, line := range lines {
			if line.Service == service {
				n++
			}
		}
		s.T.True(n > 0, check.Failure{
			ID: "correlation", Sentence: "no line of " + service + " has the correlation id of a purchase", Expected: "a line of each service", Seen: raw(lines),
			Why: "The id is what the customer can name.",
		})
	}
}

// sameTrace returns the trace that all lines name.
func (s *shop) sameTrace(lines []stack.Line) (trace string) {
	for _, line := range lines {
		id := line.Field("trace_id")
		s.T.True(traceName.MatchString(id), check.Failure{
			ID: "trace", Sentence: "a line of a purchase names no trace: " + line.Service + ", " + line.Event, Expected: "a trace_id of 32 hexadecimal digits", Seen: line.Raw,
			Why: "From the line one goes to the trace, and from the trace to the lines of the other services.",
		})
		if trace == "" {
			trace = id
		}
		s.T.True(id == trace, check.Failure{
			ID: "trace", Sentence: "the lines of one purchase name several traces: " + line.Service + ", " + line.Event, Expected: "the trace_id " + trace, Seen: line.Raw,
			Why: "From the line one goes to the trace, and from the trace to the lines of the other services.",
		})
		s.T.True(eventName.MatchString(line.Event), check.Failure{
			ID: "event", Sentence: "a line of a purchase has no event", Expected: "<domain>.<entity>.<action>", Seen: line.Raw, Why: "Texts change. Events are searched for, and counted.",
		})
	}
	return trace
}

// namesSpans fails unless the span of each line is one that its service has recorded in that trace.
func (s *shop) namesSpans(trace string, lines []stack.Line) {
	var missing stack.Line
	ok := s.T.Within(patience, func() bool {
		known := map[string]bool{}
		for _, span := range s.spans.Trace(trace) {
			known[span.Service+span.SpanID] = true
		}
		for _, line := range lines {
			if !known[line.Service+line.Field("span_id")] {
				missing = line
				return false
			}
		}
		return true
	})
	s.T.True(ok, check.Failure{
		ID: "span", Sentence: "a line names a span that its service has not recorded: " + missing.Service + ", " + missing.Event,
		Expected: "the span_id of a span of " + missing.Service + " in the trace " + trace, Seen: missing.Raw,
		Why: "In a trace of forty spans the span_id shows which of them the line is about.",
	})
}

// fields looks at all lines of all services.
func (s *shop) fields() {
	for _, service := range stack.Names() {
		for _, line := range s.Service(service).Logs().All() {
			var missing []string
			for _, key := range []string{"ts", "level", "msg", "service", "env"} {
				if line.Field(key) == "" {
					missing = append(missing, key)
				}
			}
			s.T.True(len(missing) == 0 && line.Field("service") == service, check.Failure{
				ID: "fields", Sentence: "a line of " + service + " is not complete", Expected: "one JSON object with ts, level, msg, env, and service " + service, Seen: line.Raw,
				Why: "A line that is not of the common form is not found when it is needed.",
			})
		}
	}
}

// fails sends a request that must fail, and returns the lines with its error. Each service but the gateway that is named must have one too.
func (s *shop) fails(what string, status, code int, services ...string) []stack.Line {
	id := "failure-" + uuid.NewString()
	answer := s.answers(stack.Ask{Method: http.MethodGet, Path: "/v1/orders/" + uuid.NewString(), User: s.Buyer, Header: header(correlationHeader, id)}, what, status)
	for _, inner := range []string{"code = ", "127.0.0.1", "connect", "SQLSTATE", "dial"} {
		s.T.True(!strings.Contains(string(answer.Raw), inner), check.Failure{
			ID: "shown", Sentence: what + ": the client gets the cause", Expected: "the message without its cause", Seen: string(answer.Raw),
			Why: "Addresses and statements help an attacker, and nobody else.",
		})
	}
	var failed []stack.Line
	count := map[string]int{}
	for _, line := range s.lines(id, append(services, "gateway")...) {
		if line.Field("error") == "" {
			continue
		}
		failed = append(failed, line)
		count[line.Service]++
		s.T.True(line.Field("error_code") == fmt.Sprint(code), check.Failure{
			ID: "code", Sentence: what + ": the line of " + line.Service + " has another error_code", Expected: fmt.Sprintf("error_code %d", code), Seen: line.Raw,
			Why: "Alerts and searches use the code, in all services the same.",
		})
		s.T.True(traceName.MatchString(line.Field("trace_id")) && line.Field("span_id") != "", check.Failure{
			ID: "trace", Sentence: what + ": the line of " + line.Service + " names no span", Expected: "trace_id and span_id", Seen: line.Raw,
			Why: "From the line one goes to the trace.",
		})
	}
	for _, service := range append(services, "gateway") {
		s.T.True(count[service] == 1, check.Failure{
			ID: "once", Sentence: fmt.Sprintf("%s: %s has logged the error in %d lines", what, service, count[service]), Expected: "one line with error and error_code", Seen: raw(failed),
			Why: "Without the line the cause is lost. Two lines look like two failures.",
		})
	}
	return failed
}

// hasCause fails unless the line of the service has the cause.
func (s *shop) hasCause(service string, lines []stack.Line, cause, when, expected string) {
	for _, line := range lines {
		if line.Service != service {
			continue
		}
		s.T.True(strings.Contains(line.Field("error"), cause), check.Failure{
			ID: "cause", Sentence: "when " + when + ", the line of " + service + " does not say why", Expected: "in the field error: " + expected, Seen: line.Raw,
			Why: "The message is for the client. What cannot be reached, and why, is in this line or in none.",
		})
	}
}

func (s *shop) levelError(lines []stack.Line) {
	for _, line := range lines {
		s.T.True(line.Level == "error", check.Failure{
			ID: "level", Sentence: "an outage is not logged as a fault of the system", Expected: "the level error", Seen: line.Raw, Why: "A search for errors does not find it.",
		})
	}
}

func raw(lines []stack.Line) string {
	var all []string
	for _, line := range lines {
		all = append(all, line.Raw)
	}
	return strings.Join(all, "\n")
}
