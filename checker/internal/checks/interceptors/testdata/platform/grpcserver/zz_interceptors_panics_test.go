package grpcserver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/logging"
)

const zziSecret = "cart 4711 has no lines"

// zziExplode panics. Its name must be in the stack.
func zziExplode(value any) error { panic(value) }

func TestZZInterceptorsPanics(t *testing.T) {
	s := zziStart(t, nil)
	s.inner = logging.Into(context.Background(), logging.NewTo(s.log, logging.Config{Env: "test", Level: "debug"}, "shop"))
	for _, method := range zziMethods("Open") {
		for _, p := range []struct {
			what, text string
			do         func() error
		}{
			{"with a text", zziSecret, func() error { return zziExplode(zziSecret) }},
			{"with an error", zziSecret, func() error { return zziExplode(errors.New(zziSecret)) }},
			{"with a DomainError", zziSecret, func() error { return zziExplode(errs.New(errs.NotFound, "CART_NOT_FOUND", zziSecret)) }},
			{"with an error of a context", zziSecret, func() error { return zziExplode(fmt.Errorf("%s: %w", zziSecret, context.Canceled)) }},
			{"with a gRPC status", zziSecret, func() error { return zziExplode(status.Error(codes.NotFound, zziSecret)) }},
			{"with nil", "panic called with nil", func() error { return zziExplode(nil) }},
			{"of the runtime", "nil map", func() error {
				var m map[string]int
				_ = func() error { m["x"]++; return nil }()
				return nil
			}},
		} {
			c := s.do(zziCall{method: method, do: func(context.Context) error { return p.do() }})
			zziRecovered(t, c, p.what, p.text)
			if p.what != "of the runtime" && !strings.Contains(c.log(), "zziExplode") {
				zziFail(t, zziFailure{"no-stack", "the stack of a panic " + p.what + " is not in the log", "a line with the function that panicked, zziExplode",
					c.log(), "a value alone, such as a nil pointer, does not say where in the program it happened"})
			}
		}
	}
	if c := s.do(zziCall{method: zziOpen}); c.status.Code() != codes.OK || c.panicked != nil {
		zziFail(t, zziFailure{"healthy", "a call that does not panic is answered with an error", "OK", c.status.Code().String(), "recovery must not change other calls"})
	}
}

// zziRecovered judges a call whose handler has panicked.
func zziRecovered(t *testing.T, c *zziCall, what, text string) {
	t.Helper()
	panics := "a panic " + what + " in a " + c.kind()
	switch {
	case !c.ended:
		zziFail(t, zziFailure{"escapes", panics + " leaves the chain", "the chain returns an error",
			"the panic goes on to gRPC, which does not recover it: the process ends", "one bad request takes down all others"})
	case c.returned == nil:
		zziFail(t, zziFailure{"swallowed", panics + " ends as a success", "the chain returns an error", "nil",
			"the client takes the answer for complete, and neither log nor metrics know of a failure"})
	case strings.Contains(c.wire(), text):
		zziFail(t, zziFailure{"shown", panics + " is shown to the client", "nothing of the value " + text, c.wire(),
			"values of panics have addresses, queries and data of other users in them"})
	case c.status.Code() != codes.Internal || c.status.Message() != errs.Internal.Message():
		zziFail(t, zziFailure{"code", panics + " is answered as something else", "Internal, message " + errs.Internal.Message(),
			fmt.Sprintf("%v, message %q", c.status.Code(), c.status.Message()),
			"a panic is a fault of the program, whatever value it carries; a client must not take it for a refusal"})
	case !strings.Contains(c.returned.Error(), text) && !strings.Contains(c.log(), text):
		zziFail(t, zziFailure{"no-value", "the value of a panic " + what + " is lost", "the text " + text + " in the error that the chain returns",
			fmt.Sprintf("the error %q", c.returned), "the line of the call is written from this error"})
	}
}
