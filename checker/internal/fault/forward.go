package fault

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// kept is how many calls a link remembers: a flood must not eat the checker's memory.
const kept = 20_000

var bothWays = &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}

// forward is the whole life of one call on the link.
func (l *Link) forward(_ any, caller grpc.ServerStream) (err error) {
	rec, rules := l.begin(caller)
	defer func() {
		rec.update(func(c *Call) {
			c.End, c.Code, c.Message = time.Now(), status.Code(err), status.Convert(err).Message()
		})
	}()
	first := new(frame)
	switch err := caller.RecvMsg(first); {
	case errors.Is(err, io.EOF):
		first = nil
	case err != nil:
		return err
	default:
		rec.update(func(c *Call) { c.Request = first.data })
	}
	if err := applyAll(rules, beforeCallee, rec, caller.SetTrailer); err != nil {
		return err
	}
	ctx, cancel := l.onward(caller.Context(), rules, rec.snapshot().Deadline)
	defer cancel()
	callee, err := l.upstream.NewStream(ctx, bothWays, rec.snapshot().Method)
	if err != nil {
		return err
	}
	rec.update(func(c *Call) { c.Reached = true })
	go sendRequests(caller, callee, first)
	return sendAnswers(caller, callee, func(answer *frame) error {
		rec.update(func(c *Call) {
			c.Answered = true
			if answer != nil {
				c.Response = answer.data
			}
		})
		return applyAll(rules, afterCallee, rec, caller.SetTrailer)
	})
}

// begin notes the call and finds the rules that act on it.
func (l *Link) begin(caller grpc.ServerStream) (*record, []*Rule) {
	method, _ := grpc.MethodFromServerStream(caller)
	md, _ := metadata.FromIncomingContext(caller.Context())
	rec := &record{call: Call{Link: l.name, Method: method, Begin: time.Now(), Metadata: md}}
	if deadline, ok := caller.Context().Deadline(); ok {
		rec.call.Deadline = time.Until(deadline)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.calls) < kept {
		l.calls = append(l.calls, rec)
	}
	var caught []*Rule
	for _, rule := range l.rules {
		if rule.catches(method) {
			caught = append(caught, rule)
		}
	}
	return rec, caught
}

func applyAll(rules []*Rule, at stage, rec *record, trail func(metadata.MD)) error {
	for _, rule := range rules {
		if rule.stage != at {
			continue
		}
		if err := rule.apply(rec); err != nil {
			trail(rule.trailer)
			return err
		}
	}
	return nil
}

// onward is the context of the call to the callee. A call that a rule has caught is out of its caller's hands: it goes on
// when the caller is gone, with the time that the caller had given it.
func (l *Link) onward(ctx context.Context, rules []*Rule, allowed time.Duration) (context.Context, context.CancelFunc) {
	md, _ := metadata.FromIncomingContext(ctx)
	md = md.Copy()
	for _, own := range []string{":authority", "content-type", "user-agent", "grpc-accept-encoding"} {
		md.Delete(own)
	}
	if len(rules) > 0 {
		ctx = context.WithoutCancel(ctx)
	}
	ctx = metadata.NewOutgoingContext(ctx, md)
	cancel := context.CancelFunc(func() {})
	if len(rules) > 0 && allowed > 0 {
		ctx, cancel = context.WithTimeout(ctx, allowed)
	}
	ctx, stop := context.WithCancel(ctx)
	unhook := context.AfterFunc(l.ctx, stop)
	return ctx, func() { unhook(); stop(); cancel() }
}

func sendRequests(caller grpc.ServerStream, callee grpc.ClientStream, next *frame) {
	for next != nil {
		if callee.SendMsg(next) != nil {
			return // the callee's status, which says why, arrives with its answers
		}
		next = new(frame)
		if err := caller.RecvMsg(next); err != nil {
			break
		}
	}
	_ = callee.CloseSend()
}

// sendAnswers brings the callee's messages, trailers and status to the caller; answered is called before the first of them.
func sendAnswers(caller grpc.ServerStream, callee grpc.ClientStream, answered func(*frame) error) error {
	for first := true; ; first = false {
		message := new(frame)
		err := callee.RecvMsg(message)
		if first {
			shown := message
			if err != nil {
				shown = nil
			}
			if lost := answered(shown); lost != nil {
				return lost
			}
			if header, headerErr := callee.Header(); headerErr == nil && err == nil {
				_ = caller.SendHeader(header)
			}
		}
		if err != nil {
			caller.SetTrailer(callee.Trailer())
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := caller.SendMsg(message); err != nil {
			return err
		}
	}
}
