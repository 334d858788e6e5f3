package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
	"shop/platform/logging"
)

const zziCause = "dial tcp 10.0.0.7:5432: refused"

// zziError is an error as a use case returns it, wrapped twice.
func zziError(code errs.Code) error {
	return fmt.Errorf("get stock: %w", errs.Wrap(fmt.Errorf("query: %w", errors.New(zziCause)), code, "SOME_REASON", "some message"))
}

func TestZZInterceptorsLog(t *testing.T) {
	s := zziStart(t, nil)
	for _, method := range zziMethods("Open") {
		c := s.logged(zziCall{method: method, do: func(ctx context.Context) error {
			logging.From(ctx).Info("stock read", logging.Event("inventory.stock.read"))
			<-time.After(30 * time.Millisecond)
			return nil
		}})
		line := zziLine(t, s, c, "a call that succeeds")
		zziField(t, c, line, "level", "level", "info", "a line for each call at a level that is written")
		for _, field := range []string{"error", "error_code"} {
			if seen, ok := line[field]; ok {
				zziFail(t, zziFailure{"no-error", "the line of a " + c.kind() + " that succeeds has the field " + field, "no such field", fmt.Sprint(seen), "searches for failures look for it"})
			}
		}
		if ms, ok := line["duration_ms"].(float64); !ok || ms < 25 || ms > 20_000 {
			zziFail(t, zziFailure{"duration", "duration_ms of a " + c.kind() + " is wrong", "the 30 ms that the handler took, or a little more",
				fmt.Sprint(line["duration_ms"]), "the arguments of a deferred call are evaluated at the defer; the time must be taken after next returned"})
		}
		zziHandlerLogger(t, c)

		c = s.logged(zziCall{method: method, do: func(context.Context) error { return grpcstatus.Error(zziError(errs.Internal)) }})
		line = zziLine(t, s, c, "a call that fails")
		if text, _ := line["error"].(string); !strings.Contains(text, "get stock: some message: query: "+zziCause) {
			zziFail(t, zziFailure{"chain", "the line of a " + c.kind() + " lacks a part of its error's chain", "error: get stock: some message: query: " + zziCause,
				"error: " + fmt.Sprint(line["error"]), "the client gets some message alone, so the log is the only place that has the cause"})
		}
		if n := strings.Count(c.log(), zziCause); n != 1 {
			zziFail(t, zziFailure{"twice", "the cause of an error is in the log more than once", "once", fmt.Sprintf("%d times: %s", n, c.log()),
				"each copy looks like another failure, and one of them will be the one that is not searched for"})
		}
	}
	zziLevels(t, s)
}

// zziLine returns the only line of the call and judges what each line has.
func zziLine(t *testing.T, s *zziShop, c *zziCall, what string) map[string]any {
	t.Helper()
	s.crash(c)
	lines := c.finished()
	if len(lines) != 1 {
		zziFail(t, zziFailure{map[bool]string{true: "no-line", false: "lines"}[len(lines) == 0],
			fmt.Sprintf("a %s (%s) left %d lines with the event %s", c.kind(), what, len(lines), zziFinished), "1 line", c.log(),
			"the line is what the rate of errors, the slowest method and the search for a cause start from"})
	}
	line := lines[0]
	zziField(t, c, line, "field", "method", c.method, "it says which call this was")
	zziField(t, c, line, "field", "code", c.status.Code().String(), "it is what the client got")
	zziField(t, c, line, "correlation", "correlation_id", c.id, "without it no person finds the lines of one request among thousands")
	zziField(t, c, line, "trace", "trace_id", zziTrace, "logging.From(ctx) adds the ids of the trace, the logger of the server does not know them")
	return line
}

func zziField(t *testing.T, c *zziCall, line map[string]any, id, field, want, why string) {
	t.Helper()
	if seen := fmt.Sprint(line[field]); seen != want {
		if line[field] == nil {
			seen = "no such field"
		}
		zziFail(t, zziFailure{id, "the line of a " + c.kind() + " has a wrong " + field, field + ": " + want, seen + " in " + c.log(), why})
	}
}

// zziHandlerLogger judges the line that the handler wrote itself.
func zziHandlerLogger(t *testing.T, c *zziCall) {
	t.Helper()
	for _, text := range c.lines {
		if strings.Contains(text, "inventory.stock.read") {
			if !strings.Contains(text, `"correlation_id":"`+c.id+`"`) {
				zziFail(t, zziFailure{"handler", "a line that the handler writes has no correlation id", "correlation_id: " + c.id, text,
					"the context of the call carries a logger that has it, so that no use case has to think of it"})
			}
			return
		}
	}
	zziFail(t, zziFailure{"handler", "a line that the handler of a " + c.kind() + " writes with logging.From(ctx) is lost", "a line with the event inventory.stock.read",
		c.log(), "without a logger in its context logging.From writes nothing"})
}

// zziLevels judges level and error_code for each code.
func zziLevels(t *testing.T, s *zziShop) {
	t.Helper()
	levels := map[errs.Code]string{
		errs.Internal: "error", errs.Unavailable: "error", errs.DeadlineExceeded: "error", errs.Aborted: "warn", errs.RateLimited: "warn",
	}
	for _, code := range slices.Sorted(maps.Keys(zziCodes)) {
		want := levels[code]
		if want == "" {
			want = "info"
		}
		c := s.logged(zziCall{method: zziOpen, do: func(context.Context) error { return grpcstatus.Error(zziError(code)) }})
		line := zziLine(t, s, c, "a call that fails with "+code.String())
		zziField(t, c, line, "level", "level", want, "error is for faults of the system, which page a person; mistakes of clients do not")
		zziField(t, c, line, "error-code", "error_code", fmt.Sprint(int(code)), "the shop's code is finer than gRPC's")
	}
	for code, want := range map[codes.Code]string{codes.Unknown: "error", codes.DataLoss: "error", codes.Unimplemented: "info", codes.OutOfRange: "info"} {
		c := s.logged(zziCall{method: zziOpen, do: func(context.Context) error { return grpcstatus.Error(status.Error(code, zziCause)) }})
		zziField(t, c, zziLine(t, s, c, "a call that fails with "+code.String()), "level", "level", want, "the table of the lesson has the levels")
	}
	c := s.logged(zziCall{method: zziProbe})
	zziField(t, c, zziLine(t, s, c, "a health check"), "probes", "level", "debug", "a probe each second would be most of the log")
	c = s.logged(zziCall{method: zziProbe, do: func(context.Context) error { return grpcstatus.Error(zziError(errs.Unavailable)) }})
	if c.status.Code() != codes.OK {
		zziField(t, c, zziLine(t, s, c, "a health check that fails"), "probes", "level", "error", "a health check that fails is worth a line")
	}
}
