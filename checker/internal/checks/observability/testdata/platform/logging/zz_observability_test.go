package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/logging"
)

type zzoFailure struct{ id, what, expected, seen, why string }

func zzoFail(t *testing.T, f zzoFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzoCrash is deferred around the learner's code.
func zzoCrash(t *testing.T, what string) {
	t.Helper()
	p := recover()
	if p == nil {
		return
	}
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if strings.Contains(frame.File, "/platform/") && !strings.HasSuffix(frame.File, "_test.go") {
			fmt.Printf("\n\t%s:%d\n", frame.File, frame.Line)
			break
		}
	}
	zzoFail(t, zzoFailure{"crash", what + " panics", "a line, or none", fmt.Sprintf("panic: %v", p), "a log line must never end the request that it is about"})
}

// zzoLine lets write write one line, and returns it.
func zzoLine(t *testing.T, what string, write func(log *zap.Logger)) (text string, fields map[string]any) {
	t.Helper()
	defer zzoCrash(t, what)
	out := &bytes.Buffer{}
	write(logging.NewTo(out, logging.Config{Env: "test", Level: "debug"}, "shop").With(zap.String("correlation_id", "c-1")))
	text = strings.TrimSpace(out.String())
	if err := json.Unmarshal([]byte(text), &fields); err != nil || strings.Contains(text, "\n") {
		zzoFail(t, zzoFailure{"line", what + " does not write one line of JSON", "one JSON object", fmt.Sprintf("%q", text), "a line that is not JSON cannot be searched"})
	}
	return text, fields
}

const (
	zzoTrace = "0af7651916cd43dd8448eb211c80319c"
	zzoOuter = "b7ad6b7169203331"
	zzoInner = "00f067aa0ba902b7"
)

// zzoSpan returns a span context with these ids.
func zzoSpan(t *testing.T, span string, flags trace.TraceFlags, remote bool) trace.SpanContext {
	t.Helper()
	traceID, err := trace.TraceIDFromHex(zzoTrace)
	if err != nil {
		t.Fatal(err)
	}
	spanID, err := trace.SpanIDFromHex(span)
	if err != nil {
		t.Fatal(err)
	}
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: flags, Remote: remote})
}

func TestZZObservabilityFields(t *testing.T) {
	zzoIDs(t)
	zzoErrors(t)
}

func zzoIDs(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		what   string
		flags  trace.TraceFlags
		remote bool
	}{
		{"a span that is sampled", trace.FlagsSampled, false},
		{"a span that is not sampled", 0, false},
		{"a span of the caller, sampled", trace.FlagsSampled, true},
		{"a span of the caller, not sampled", 0, true},
	} {
		text, fields := zzoLine(t, "a line written inside "+c.what, func(log *zap.Logger) {
			ctx := trace.ContextWithSpanContext(logging.Into(t.Context(), log), zzoSpan(t, zzoOuter, c.flags, c.remote))
			logging.From(ctx).Info("hello")
		})
		zzoHasIDs(t, c.what, text, fields, zzoOuter)
	}
	text, fields := zzoLine(t, "a line written inside a child span", func(log *zap.Logger) {
		ctx := trace.ContextWithSpanContext(logging.Into(t.Context(), log), zzoSpan(t, zzoOuter, trace.FlagsSampled, false))
		_ = logging.From(ctx).With(zap.Bool("not_written", true))
		ctx = trace.ContextWithSpanContext(ctx, zzoSpan(t, zzoInner, trace.FlagsSampled, false))
		logging.From(ctx).Info("hello")
	})
	zzoHasIDs(t, "a child span, after its parent has logged", text, fields, zzoInner)
	text, fields = zzoLine(t, "a line written after a child span", func(log *zap.Logger) {
		outer := trace.ContextWithSpanContext(logging.Into(t.Context(), log), zzoSpan(t, zzoOuter, trace.FlagsSampled, false))
		_ = logging.From(trace.ContextWithSpanContext(outer, zzoSpan(t, zzoInner, trace.FlagsSampled, false)))
		logging.From(outer).Info("hello")
	})
	zzoHasIDs(t, "a span whose child has logged", text, fields, zzoOuter)

	text, fields = zzoLine(t, "a line outside of any span", func(log *zap.Logger) { logging.From(logging.Into(t.Context(), log)).Info("hello") })
	if fields["trace_id"] != nil || fields["span_id"] != nil {
		zzoFail(t, zzoFailure{"no-span", "a line outside of any span has ids", "neither trace_id nor span_id", text, "the id 000…0 joins all lines of all services that have no trace"})
	}
	zzoSilent(t)
}

func zzoHasIDs(t *testing.T, what, text string, fields map[string]any, span string) {
	t.Helper()
	if fields["trace_id"] != zzoTrace || fields["span_id"] != span {
		zzoFail(t, zzoFailure{
			"ids", "a line written inside " + what + " does not name it", fmt.Sprintf("trace_id %s and span_id %s", zzoTrace, span), text,
			"the ids join the lines of all services, also when the trace itself is not recorded",
		})
	}
	if strings.Count(text, `"trace_id"`) != 1 || strings.Count(text, `"span_id"`) != 1 {
		zzoFail(t, zzoFailure{"ids", "a line has an id twice", "trace_id and span_id once each", text, "of two values for one key a log store keeps any"})
	}
	if fields["correlation_id"] != "c-1" || fields["service"] != "shop" {
		zzoFail(t, zzoFailure{"logger", "From does not return the logger of the context", "the fields that Into was given, correlation_id among them", text, "the fields of the request belong on each of its lines"})
	}
}

// zzoSilent logs where no logger is.
func zzoSilent(t *testing.T) {
	t.Helper()
	defer zzoCrash(t, "From of a context without a logger")
	for _, ctx := range []context.Context{context.Background(), trace.ContextWithSpanContext(context.Background(), zzoSpan(t, zzoOuter, trace.FlagsSampled, false))} {
		logging.From(ctx).Info("hello")
		logging.From(ctx).With(zap.Bool("a", true)).Error("hello", logging.Error(errors.New("x")))
	}
}

// zzoOwn is an error of a type that the shop does not know.
type zzoOwn struct{ error }

func (e zzoOwn) Unwrap() error { return e.error }

func zzoErrors(t *testing.T) {
	t.Helper()
	refused := errs.Wrap(errors.New("row 7 has version 3"), errs.Conflict, "VERSION", "changed meanwhile")
	for _, c := range []struct {
		what string
		err  error
		code errs.Code
	}{
		{"a domain error with a cause", refused, errs.Conflict},
		{"a domain error that was wrapped twice", fmt.Errorf("ship order: %w", fmt.Errorf("store: %w", refused)), errs.Conflict},
		{"a domain error inside another type", zzoOwn{refused}, errs.Conflict},
		{"two errors, the second a domain error", errors.Join(errors.New("first"), refused), errs.Conflict},
		{"a domain error without a cause", errs.New(errs.NotFound, "NO_ORDER", "no such order"), errs.NotFound},
		{"an error that the shop does not know", errors.New("connection refused"), errs.Internal},
		{"a deadline", fmt.Errorf("deduct balance: %w", context.DeadlineExceeded), errs.DeadlineExceeded},
		{"a client that is gone", fmt.Errorf("deduct balance: %w", context.Canceled), errs.Canceled},
	} {
		text, fields := zzoLine(t, "a line with "+c.what, func(log *zap.Logger) { log.Error("it failed", logging.Error(c.err)) })
		if fields["error"] != c.err.Error() {
			zzoFail(t, zzoFailure{"chain", "the field error does not have the whole chain of " + c.what, fmt.Sprintf("error %q", c.err.Error()), text,
				"the message is for the client. What the operator needs is the cause"})
		}
		if fields["error_code"] != float64(c.code) {
			zzoFail(t, zzoFailure{"code", "the field error_code is wrong for " + c.what, fmt.Sprintf("error_code %d, a number", c.code), text,
				"alerts count by this code, whichever service has logged it"})
		}
	}
	text, fields := zzoLine(t, "a line with an error that is nil", func(log *zap.Logger) { log.Info("it worked", logging.Error(nil)) })
	_, hasError := fields["error"]
	_, hasCode := fields["error_code"]
	if hasError || hasCode {
		zzoFail(t, zzoFailure{"no-error", "a line about no error has fields of one", "neither error nor error_code", text, "a search for lines with an error finds it"})
	}
	const token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
	text, _ = zzoLine(t, "a line with a token in an error", func(log *zap.Logger) {
		log.Error("it failed", logging.Error(fmt.Errorf("verify %s: %w", token, errs.Wrap(errors.New("card tok_4242424242"), errs.Unauthorized, "X", "no"))))
	})
	if strings.Contains(text, token) || strings.Contains(text, "tok_4242") {
		zzoFail(t, zzoFailure{"secret", "an error takes a secret into the log", "***", text, "the text of an error comes from anywhere"})
	}
}
