// Hidden checks of the lesson on interceptors. They use only names that the lesson gives: newChain and Params.
package grpcserver

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/logging"
)

const (
	zziFinished = "shop.rpc.finished"
	zziOpen     = "/test.Shop/Open"
	zziProbe    = "/grpc.test.Probe/Open"
	zziWatch    = healthpb.Health_Watch_FullMethodName
	zziTrace    = "0af7651916cd43dd8448eb211c80319c"
)

type zziFailure struct{ id, sentence, expected, seen, why string }

func zziFail(t *testing.T, f zziFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zziLines collects the lines of the log.
type zziLines struct {
	mu      sync.Mutex
	text    []string
	written chan struct{}
}

func (l *zziLines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, string(line))
	select {
	case l.written <- struct{}{}:
	default:
	}
	return len(line), nil
}

func (l *zziLines) since(n int) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.text[n:])
}

// await returns the lines from the nth on. It waits until one of them is the line of a finished call: a program may log after its answer.
func (l *zziLines) await(n int) []string {
	timeout := time.After(2 * time.Second)
	for {
		lines := l.since(n)
		if slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, zziFinished) }) {
			return lines
		}
		select {
		case <-l.written:
		case <-timeout:
			return lines
		}
	}
}

// zziShop is a gRPC server with the chain of the learner around methods that do what each call wants.
type zziShop struct {
	t        *testing.T
	addr     string
	log      *zziLines
	registry *prometheus.Registry
	// inner adds a logger to the context before the chain, for checks of a part that works without the others.
	inner context.Context

	mu    sync.Mutex
	calls map[string]*zziCall
	n     int
}

// zziCall is what the test wants of one call, and what came of it.
type zziCall struct {
	method  string
	headers []string // pairs
	do      func(ctx context.Context) error

	id       string
	status   *status.Status // what the client got
	messages int            // that came on a stream
	ran      bool           // the handler
	ended    bool           // the chain has returned
	returned error          // what it returned
	panicked any            // what it did not recover
	place    string
	lines    []string // the log of this call
}

// zziStart starts a server. A panic of newChain is a failure.
func zziStart(t *testing.T, change func(p *Params)) *zziShop {
	t.Helper()
	s := &zziShop{
		t: t, log: &zziLines{written: make(chan struct{}, 1)}, registry: prometheus.NewRegistry(), calls: map[string]*zziCall{},
	}
	p := Params{
		Service: "shop", Config: config.Defaults[Config](), Registry: s.registry,
		Rules: auth.Rules{
			zziOpen: {auth.Public}, zziProbe: {auth.Public}, "/test.Shop/WatchOpen": {auth.Public},
			"/test.Shop/Buy": {auth.Customer, auth.Admin}, "/test.Shop/WatchBuy": {auth.Customer, auth.Admin},
		},
		Log: logging.NewTo(s.log, logging.Config{Env: "test", Level: "debug"}, "shop"),
	}
	if change != nil {
		change(&p)
	}
	unary, stream := zziNewChain(t, p)
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(append([]grpc.UnaryServerInterceptor{s.guardUnary}, unary...)...),
		grpc.ChainStreamInterceptor(append([]grpc.StreamServerInterceptor{s.guardStream}, stream...)...),
	)
	for service, methods := range map[string][]string{"test.Shop": {"Open", "Buy", "Closed"}, "grpc.test.Probe": {"Open"}} {
		desc := grpc.ServiceDesc{ServiceName: service, HandlerType: (*any)(nil)}
		for _, method := range methods {
			desc.Methods = append(desc.Methods, grpc.MethodDesc{MethodName: method, Handler: zziUnary("/" + service + "/" + method)})
			desc.Streams = append(desc.Streams, grpc.StreamDesc{StreamName: "Watch" + method, Handler: zziStream, ServerStreams: true})
		}
		server.RegisterService(&desc, s)
	}
	healthpb.RegisterHealthServer(server, health.NewServer())
	reflection.Register(server)
	s.addr = zziListen(t, server)
	return s
}

// zziNewChain calls newChain. Later stages give it a context as well.
func zziNewChain(t *testing.T, p Params) (unary []grpc.UnaryServerInterceptor, stream []grpc.StreamServerInterceptor) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			place := zziPlace()
			zziFail(t, zziFailure{"crash", "newChain panics", "it returns the interceptors", fmt.Sprintf("panic: %v%s", r, place),
				"a service whose server cannot be made does not start"})
		}
	}()
	switch f := any(newChain).(type) {
	case func(Params) ([]grpc.UnaryServerInterceptor, []grpc.StreamServerInterceptor):
		return f(p)
	case func(Params, context.Context) ([]grpc.UnaryServerInterceptor, []grpc.StreamServerInterceptor):
		return f(p, context.Background())
	}
	zziFail(t, zziFailure{"signature", "newChain has another signature than in the lesson",
		"func(Params) ([]grpc.UnaryServerInterceptor, []grpc.StreamServerInterceptor)", fmt.Sprintf("%T", newChain), "New calls it"})
	return nil, nil
}

// zziPlace says where the learner's code panicked. The function that has recovered calls it.
func zziPlace() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		if strings.Contains(frame.File, "/platform/grpcserver/") && !strings.HasSuffix(frame.File, "_test.go") {
			return fmt.Sprintf(" (%s:%d)", frame.File[strings.LastIndex(frame.File, "platform/"):], frame.Line)
		}
	}
	return ""
}

func zziUnary(full string) grpc.MethodHandler {
	return func(srv any, ctx context.Context, decode func(any) error, around grpc.UnaryServerInterceptor) (any, error) {
		in := new(emptypb.Empty)
		if err := decode(in); err != nil {
			return nil, err
		}
		return around(ctx, in, &grpc.UnaryServerInfo{Server: srv, FullMethod: full}, func(ctx context.Context, _ any) (any, error) {
			if err := srv.(*zziShop).handle(ctx); err != nil {
				return nil, err
			}
			return new(emptypb.Empty), nil
		})
	}
}

// zziStream sends one message before it does what the call wants.
func zziStream(srv any, stream grpc.ServerStream) error {
	if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
		return err
	}
	if err := stream.SendMsg(new(emptypb.Empty)); err != nil {
		return err
	}
	return srv.(*zziShop).handle(stream.Context())
}

func (s *zziShop) call(ctx context.Context) *zziCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ids := metadata.ValueFromIncomingContext(ctx, "zz-call"); len(ids) == 1 {
		return s.calls[ids[0]]
	}
	return &zziCall{}
}

func (s *zziShop) handle(ctx context.Context) error {
	call := s.call(ctx)
	call.ran = true
	if call.do == nil {
		return nil
	}
	return call.do(ctx)
}

// guard stands around the chain: it keeps what the chain returned, and a panic that it let through.
func (s *zziShop) guard(ctx context.Context, next func(ctx context.Context) error) (err error) {
	call := s.call(ctx)
	id, _ := trace.TraceIDFromHex(zziTrace)
	ctx = trace.ContextWithSpanContext(ctx, trace.NewSpanContext(trace.SpanContextConfig{TraceID: id, SpanID: trace.SpanID{7}}))
	if s.inner != nil {
		ctx = logging.Into(ctx, logging.From(s.inner))
	}
	defer func() {
		if call.ended {
			return
		}
		call.panicked = recover()
		call.place = zziPlace()
		err = status.Error(codes.Unknown, "the chain let a panic through")
	}()
	err = next(ctx)
	call.ended, call.returned = true, err
	return err
}

func (s *zziShop) guardUnary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
	err = s.guard(ctx, func(ctx context.Context) error {
		var err error
		resp, err = handler(ctx, req)
		return err
	})
	if err == nil && resp == nil {
		resp = new(emptypb.Empty)
	}
	return resp, err
}

type zziStreamOf struct {
	grpc.ServerStream
	ctx context.Context
}

func (s zziStreamOf) Context() context.Context { return s.ctx }

func (s *zziShop) guardStream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return s.guard(stream.Context(), func(ctx context.Context) error { return handler(srv, zziStreamOf{stream, ctx}) })
}

// do makes a call on a connection of its own and returns it when it has ended.
func (s *zziShop) do(call zziCall) *zziCall {
	s.t.Helper()
	c := &call
	s.mu.Lock()
	s.n++
	c.id = fmt.Sprintf("request-%d", s.n)
	s.calls[c.id] = c
	s.mu.Unlock()
	conn, err := grpc.NewClient(s.addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, append([]string{"zz-call", c.id, "x-correlation-id", c.id}, c.headers...)...)
	before := len(s.log.since(0))
	if strings.Contains(c.method, "/Watch") || strings.HasSuffix(c.method, "Info") {
		c.watch(ctx, conn)
	} else {
		c.status = status.Convert(conn.Invoke(ctx, c.method, new(emptypb.Empty), new(emptypb.Empty)))
	}
	c.lines = s.log.since(before)
	return c
}

func (c *zziCall) watch(ctx context.Context, conn *grpc.ClientConn) {
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, c.method)
	if err == nil {
		_ = stream.SendMsg(new(emptypb.Empty))
		_ = stream.CloseSend()
	}
	for err == nil {
		if err = stream.RecvMsg(new(emptypb.Empty)); err == nil {
			c.messages++
		}
		if err == nil && c.method == zziWatch { // which does not end by itself
			return
		}
	}
	if err.Error() == "EOF" {
		err = nil
	}
	c.status = status.Convert(err)
}

// logged makes a call and waits for its line.
func (s *zziShop) logged(call zziCall) *zziCall {
	s.t.Helper()
	before := len(s.log.since(0))
	c := s.do(call)
	c.lines = s.log.await(before)
	return c
}

// finished returns the lines of finished calls among those of this call.
func (c *zziCall) finished() (lines []map[string]any) {
	for _, text := range c.lines {
		var line map[string]any
		if json.Unmarshal([]byte(text), &line) == nil && line["event"] == zziFinished {
			lines = append(lines, line)
		}
	}
	return lines
}

// kind says what the call is, for messages.
func (c *zziCall) kind() string {
	if strings.Contains(c.method, "/Watch") {
		return "stream"
	}
	return "unary call"
}

func (c *zziCall) log() string {
	if len(c.lines) == 0 {
		return "no line"
	}
	return strings.TrimSpace(strings.Join(c.lines, ""))
}

// crash fails the test if the chain let a panic through that the test did not want.
func (s *zziShop) crash(c *zziCall) {
	s.t.Helper()
	if c.panicked != nil {
		zziFail(s.t, zziFailure{"crash", "an interceptor panics in a " + c.kind() + " of " + c.method, "no panic",
			fmt.Sprintf("panic: %v%s", c.panicked, c.place), "it ends the process, and all other calls with it"})
	}
}

// series are the samples of a metric by their labels: a counter's value, or the number of observations.
func (s *zziShop) series(name string) map[string]float64 {
	s.t.Helper()
	found := map[string]float64{}
	families, err := s.registry.Gather()
	if err != nil {
		zziFail(s.t, zziFailure{"gather", "the registry cannot be read", "metrics", err.Error(), "Prometheus gets an error in place of all metrics"})
	}
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			slices.Sort(labels)
			found[strings.Join(labels, " ")] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return found
}

// zziAdded says what was added to the series, "code=OK method=/m +1".
func zziAdded(before, after map[string]float64) string {
	var added []string
	for _, labels := range slices.Sorted(maps.Keys(after)) {
		if n := after[labels] - before[labels]; n != 0 {
			added = append(added, fmt.Sprintf("{%s} %+g", labels, n))
		}
	}
	if added == nil {
		return "nothing"
	}
	return strings.Join(added, ", ")
}

// zziMethods are the unary method and the stream of the same name.
func zziMethods(name string) []string {
	return []string{"/test.Shop/" + name, "/test.Shop/Watch" + name}
}

// zziWire is everything that the client got.
func (c *zziCall) wire() string { return c.status.Proto().String() }

// reason is the reason that the client got.
func (c *zziCall) reason() string {
	for _, detail := range c.status.Details() {
		if info, ok := detail.(interface{ GetReason() string }); ok {
			return info.GetReason()
		}
	}
	return ""
}

// zziCodes are the codes of the shop and what gRPC calls them.
var zziCodes = map[errs.Code]codes.Code{
	errs.NotFound: codes.NotFound, errs.InvalidInput: codes.InvalidArgument, errs.Precondition: codes.FailedPrecondition,
	errs.Unauthorized: codes.Unauthenticated, errs.Forbidden: codes.PermissionDenied, errs.Conflict: codes.AlreadyExists,
	errs.RateLimited: codes.ResourceExhausted, errs.AlreadyExists: codes.AlreadyExists, errs.Aborted: codes.Aborted,
	errs.Canceled: codes.Canceled, errs.Internal: codes.Internal, errs.Unavailable: codes.Unavailable,
	errs.DeadlineExceeded: codes.DeadlineExceeded,
}
