// Package fault stands between the services of a system under test and lets a check strike at an exact point:
// hold a call or its answer, refuse connections, slow them down, break them.
package fault

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// Link is the gRPC connection from one service to another. It understands no messages, forwards metadata, deadlines,
// trailers and statuses untouched, and outlives both ends.
type Link struct {
	name string
	addr string
	sink Sink

	upstream *grpc.ClientConn
	security credentials.TransportCredentials
	ctx      context.Context
	cancel   context.CancelFunc

	mu     sync.Mutex
	server *grpc.Server // nil while cut
	rules  []*Rule
	calls  []*record
	closed bool
}

// NewLink opens a link named "caller->callee" that listens on listen ("127.0.0.1:0" for any port) and leads to target.
func NewLink(name, listen, target string, sink Sink) (*Link, error) {
	return NewSecureLink(name, listen, target, insecure.NewCredentials(), insecure.NewCredentials(), sink)
}

// NewSecureLink is NewLink between services that use TLS: the link ends the caller's connection with the credentials of a server, and
// makes one to the callee with those of a client.
func NewSecureLink(name, listen, target string, server, client credentials.TransportCredentials, sink Sink) (*Link, error) {
	conn, err := grpc.NewClient("passthrough:///"+target,
		grpc.WithTransportCredentials(client),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(rawCodec{}), grpc.MaxCallRecvMsgSize(64<<20)),
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
		grpc.WithIdleTimeout(0),
		// A callee that was killed is back within a second: look for it often.
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 10 * time.Millisecond, Multiplier: 1.2, MaxDelay: 50 * time.Millisecond},
			MinConnectTimeout: time.Second,
		}))
	if err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &Link{name: name, addr: listen, sink: sink, upstream: conn, security: server, ctx: ctx, cancel: cancel}
	if err := l.listen(); err != nil {
		cancel()
		_ = conn.Close()
		return nil, err
	}
	return l, nil
}

// Name returns "caller->callee".
func (l *Link) Name() string { return l.name }

// Addr returns the address that the caller is given for its target.
func (l *Link) Addr() string { return l.addr }

// Cut refuses connections and breaks those there are, until Heal. Held calls stay held.
func (l *Link) Cut() {
	l.mu.Lock()
	server := l.server
	l.server = nil
	l.mu.Unlock()
	if server != nil {
		l.sink.Emit(l.name, KindCut, "")
		server.Stop()
	}
}

// Heal accepts connections again. A caller's gRPC client may take up to its own backoff to notice.
func (l *Link) Heal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.server != nil || l.closed {
		return nil
	}
	l.sink.Emit(l.name, KindHeal, "")
	return l.listenLocked()
}

// AwaitCallee returns when the link is connected to the callee: after a restart, before the next call.
func (l *Link) AwaitCallee(ctx context.Context) error {
	l.upstream.ResetConnectBackoff()
	for {
		state := l.upstream.GetState()
		if state == connectivity.Ready {
			return nil
		}
		if state == connectivity.Idle {
			l.upstream.Connect()
		}
		if !l.upstream.WaitForStateChange(ctx, state) {
			return fmt.Errorf("%s: callee not reachable: %w", l.name, ctx.Err())
		}
	}
}

// Close drops what is held and ends the link.
func (l *Link) Close() {
	l.mu.Lock()
	l.closed = true
	server := l.server
	l.server = nil
	l.mu.Unlock()
	l.Clear()
	l.cancel()
	if server != nil {
		server.Stop()
	}
	_ = l.upstream.Close()
}

// HoldCall holds the nth call of method from now on (1 is the next), before the callee sees it.
func (l *Link) HoldCall(method string, nth int) *Hold { return l.hold(method, nth, beforeCallee) }

// HoldAnswer holds the answer to the nth call of method from now on: the callee is done, the caller does not know.
func (l *Link) HoldAnswer(method string, nth int) *Hold { return l.hold(method, nth, afterCallee) }

func (l *Link) hold(method string, nth int, at stage) *Hold {
	h := &Hold{link: l, arrived: make(chan struct{}), decided: make(chan struct{})}
	h.rule = &Rule{method: method, nth: max(nth, 1), stage: at, hold: h}
	l.add(h.rule)
	return h
}

// FailWith answers the nth call of method (0: every one) with code; the callee never sees it.
func (l *Link) FailWith(method string, nth int, code codes.Code) *Rule {
	return l.add(&Rule{method: method, nth: nth, stage: beforeCallee, fail: status.New(code, "the link failed")})
}

// FailWhen answers those calls of method with code of which when says so; it gets the number of the call, 1 is the next. The callee never
// sees them.
func (l *Link) FailWhen(method string, when func(n int) bool, code codes.Code) *Rule {
	return l.add(&Rule{method: method, when: when, stage: beforeCallee, fail: status.New(code, "the link failed")})
}

// FailWithTrailer is FailWith with a trailer, such as the pushback of a server that is overloaded.
func (l *Link) FailWithTrailer(method string, nth int, code codes.Code, trailer metadata.MD) *Rule {
	return l.add(&Rule{method: method, nth: nth, stage: beforeCallee, fail: status.New(code, "the link failed"), trailer: trailer})
}

// FailAnswer lets the callee do the nth call of method (0: every one) and tells the caller code instead of the answer.
func (l *Link) FailAnswer(method string, nth int, code codes.Code) *Rule {
	return l.add(&Rule{method: method, nth: nth, stage: afterCallee, fail: status.New(code, "the answer was lost")})
}

// Delay makes the nth call of method (0: every one) wait before the callee sees it.
func (l *Link) Delay(method string, nth int, d time.Duration) *Rule {
	l.sink.Emit(l.name, KindDelay, d.String()+" "+method)
	return l.add(&Rule{method: method, nth: nth, stage: beforeCallee, delay: always(d)})
}

// DelayEach makes every call wait, before the callee sees it, for as long as wait says of it. The request is there to be looked at.
func (l *Link) DelayEach(wait func(Call) time.Duration) *Rule {
	l.sink.Emit(l.name, KindDelay, "by request")
	return l.add(&Rule{stage: beforeCallee, delay: wait})
}

func always(d time.Duration) func(Call) time.Duration { return func(Call) time.Duration { return d } }

// Clear removes every rule and drops what is held.
func (l *Link) Clear() {
	l.mu.Lock()
	rules := l.rules
	l.rules = nil
	l.mu.Unlock()
	for _, rule := range rules {
		if rule.hold != nil {
			rule.hold.Drop()
		}
	}
}

// Calls returns the calls that came over the link so far, in order of arrival; method "" means all.
func (l *Link) Calls(method string) []Call {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []Call
	for _, rec := range l.calls {
		if call := rec.snapshot(); matches(method, call.Method) {
			found = append(found, call)
		}
	}
	return found
}

func (l *Link) add(rule *Rule) *Rule {
	l.mu.Lock()
	defer l.mu.Unlock()
	rule.link = l
	l.rules = append(l.rules, rule)
	return rule
}

func (l *Link) remove(rule *Rule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := make([]*Rule, 0, len(l.rules))
	for _, other := range l.rules {
		if other != rule {
			kept = append(kept, other)
		}
	}
	l.rules = kept
}

func (l *Link) listen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.listenLocked()
}

func (l *Link) listenLocked() error {
	listener, err := net.Listen("tcp", l.addr)
	if err != nil {
		return fmt.Errorf("link %s: %w", l.name, err)
	}
	l.addr = listener.Addr().String()
	l.server = grpc.NewServer(
		grpc.Creds(l.security),
		grpc.ForceServerCodecV2(rawCodec{}),
		grpc.UnknownServiceHandler(l.forward),
		grpc.MaxRecvMsgSize(64<<20),
	)
	go func(server *grpc.Server) { _ = server.Serve(listener) }(l.server)
	return nil
}
