package grpcserver

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"shop/platform/auth"
	"shop/platform/correlation"
	"shop/platform/errs"
)

func TestZZInterceptorsOrder(t *testing.T) {
	keys := zziNewKeys(t)
	s := zziStart(t, func(p *Params) { p.Verifier = keys.verifier })
	for _, method := range zziMethods("Open") {
		zziSeen(t, s, zziCall{method: method, do: func(context.Context) error { return zziError(errs.Internal) }},
			zziEnd{"error", "that its handler ends with an error", codes.Internal, "error", zziCause})
		c := zziSeen(t, s, zziCall{method: method, do: func(context.Context) error { return zziExplode(zziSecret) }},
			zziEnd{"panic", "that its handler ends with a panic", codes.Internal, "error", zziSecret})
		zziStackLine(t, c)
	}
	for _, method := range zziMethods("Buy") {
		zziSeen(t, s, zziCall{method: method}, zziEnd{"refused", "that is refused for its missing token", codes.Unauthenticated, "info", "authorization header"})
		zziSeen(t, s, zziCall{method: method, headers: keys.header(auth.Warehouse)},
			zziEnd{"refused", "that is refused for the role of its caller", codes.PermissionDenied, "info", "role"})
	}
	zziLimited(t, keys)
	zziPanicInChain(t)
	zziContexts(t, s)
}

// zziEnd is how a call ends, and what has to be seen of it.
type zziEnd struct {
	id, what string
	code     codes.Code
	level    string
	cause    string
}

// zziSeen makes a call and judges answer, line and count together.
func zziSeen(t *testing.T, s *zziShop, call zziCall, want zziEnd) *zziCall {
	t.Helper()
	handled := s.series(zziHandled)
	c := s.logged(call)
	what := "a " + c.kind() + " " + want.what
	if !c.ended {
		zziFail(t, zziFailure{want.id, what + " is not recovered", want.code.String(), fmt.Sprintf("the chain panics: %v%s", c.panicked, c.place), "gRPC does not recover panics: the process ends"})
	}
	if c.status.Code() != want.code {
		zziFail(t, zziFailure{want.id, what + " gets the wrong answer", want.code.String(), fmt.Sprintf("%v: %s", c.status.Code(), c.status.Message()),
			"what stands outside of the mapping maps its own errors, or is answered as Unknown"})
	}
	lines := c.finished()
	if len(lines) != 1 {
		zziFail(t, zziFailure{want.id, what + fmt.Sprintf(" left %d lines with the event %s", len(lines), zziFinished), "1 line", c.log(),
			"the log is outside of whatever can end a call"})
	}
	line := lines[0]
	seen := fmt.Sprintf("code %v, level %v, error %v, correlation_id %v", line["code"], line["level"], line["error"], line["correlation_id"])
	text, _ := line["error"].(string)
	if line["code"] != want.code.String() || line["level"] != want.level || !strings.Contains(text, want.cause) || line["correlation_id"] != c.id {
		zziFail(t, zziFailure{want.id, "the line of " + what + " is wrong",
			fmt.Sprintf("code %v, level %s, an error with %q, correlation_id %s", want.code, want.level, want.cause, c.id), seen,
			"the line shows the code that the client got and the error that it did not get"})
	}
	added, counted := zziAdded(handled, s.series(zziHandled)), fmt.Sprintf("{code=%s method=%s} +1", want.code, c.method)
	if added != counted {
		zziFail(t, zziFailure{want.id, zziHandled + " is wrong after " + what, counted, added, "the rate of errors is computed from it; what is not counted alerts no person"})
	}
	return c
}

// zziStackLine judges that the stack can be found from the line of the call.
func zziStackLine(t *testing.T, c *zziCall) {
	t.Helper()
	for _, line := range c.lines {
		if strings.Contains(line, "zziExplode") && strings.Contains(line, `"correlation_id":"`+c.id+`"`) {
			return
		}
	}
	zziFail(t, zziFailure{"stack", "no line with the correlation id of a " + c.kind() + " has the stack of its panic", "correlation_id: " + c.id + ", and the stack", c.log(),
		"the logger that knows the id must be in the context before recovery runs"})
}

// zziLimited judges a server that has taken as many calls as it may.
func zziLimited(t *testing.T, keys zziKeys) {
	t.Helper()
	s := zziStart(t, func(p *Params) {
		p.Verifier, p.Config.RateLimit, p.Config.RateBurst = keys.verifier, 0.001, 1
	})
	s.do(zziCall{method: zziOpen})
	for _, method := range append(zziMethods("Open"), zziMethods("Buy")...) {
		zziSeen(t, s, zziCall{method: method, headers: []string{"authorization", "Bearer nonsense"}},
			zziEnd{"limit", "with a forged token above the rate limit", codes.ResourceExhausted, "warn", "too many requests"})
	}
	if c := s.do(zziCall{method: "/grpc.health.v1.Health/Check"}); c.status.Code() != codes.OK {
		zziFail(t, zziFailure{"limit", "a health check fails above the rate limit", "OK", c.status.Code().String(), "a busy server is healthy"})
	}
}

// zziPanicInChain judges a panic that does not come from a handler: the verifier is missing.
func zziPanicInChain(t *testing.T) {
	t.Helper()
	s := zziStart(t, func(p *Params) { p.Verifier = nil })
	for _, method := range zziMethods("Buy") {
		handled := s.series(zziHandled)
		c := s.logged(zziCall{method: method, headers: []string{"authorization", "Bearer nonsense"}})
		if !c.ended {
			zziFail(t, zziFailure{"chain-panic", "a panic of an interceptor (authorization without a Verifier) leaves the chain", "an error",
				fmt.Sprintf("the chain panics: %v%s", c.panicked, c.place), "interceptors are code like any other: recovery is outside of all that can panic"})
		}
		if c.status.Code() == codes.OK || c.ran {
			zziFail(t, zziFailure{"chain-panic", "a call that could not be verified is let through", "an error", c.status.Code().String(), "what cannot be checked is refused"})
		}
		if lines, added := c.finished(), zziAdded(handled, s.series(zziHandled)); len(lines) != 1 || added != fmt.Sprintf("{code=%s method=%s} +1", c.status.Code(), method) {
			zziFail(t, zziFailure{"chain-panic", "a panic of an interceptor is not logged and counted like one of a handler", "1 line, and the code counted once",
				fmt.Sprintf("%d lines, %s", len(lines), added), "log and metrics are outside of whatever can end a call"})
		}
	}
}

// zziContexts judges what the handler finds in its context.
func zziContexts(t *testing.T, s *zziShop) {
	t.Helper()
	for _, method := range zziMethods("Open") {
		var left time.Duration
		var bounded bool
		var id string
		c := s.do(zziCall{method: method, do: func(ctx context.Context) error {
			var deadline time.Time
			deadline, bounded = ctx.Deadline()
			left, id = time.Until(deadline), correlation.From(ctx)
			return nil
		}})
		if !bounded || left > 16*time.Minute {
			zziFail(t, zziFailure{"deadline", "the handler of a " + c.kind() + " has no deadline", "the server's own: GRPC_DEFAULT_TIMEOUT, or GRPC_STREAM_TIMEOUT for a stream",
				fmt.Sprintf("deadline: %v, %v", bounded, left), "a call without an end holds its goroutine, and all calls below it, for ever"})
		}
		if !c.ran || id != c.id {
			zziFail(t, zziFailure{"correlation", "the handler of a " + c.kind() + " does not know the correlation id", c.id, fmt.Sprintf("%q", id), "it passes the id on to the services that it calls"})
		}
	}
}
