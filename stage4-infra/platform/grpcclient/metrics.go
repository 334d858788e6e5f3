package grpcclient

import (
	"context"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"google.golang.org/grpc"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// Module provides *Metrics for the connections of a service. It needs a registry.
var Module = fx.Module("grpcclient", fx.Provide(NewMetrics))

// Metrics counts attempts. Attempts divided by first attempts is how much the load grows by repetitions.
type Metrics struct{ attempts *prometheus.CounterVec }

// NewMetrics returns Metrics in the registry.
func NewMetrics(registry *prometheus.Registry) *Metrics {
	m := &Metrics{attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "grpc_client_attempts_total",
		Help: "Attempts of calls to other services, by method, kind (first, retry, or transparent: the server had not processed it) and gRPC code.",
	}, []string{"method", "kind", "code"})}
	registry.MustRegister(m.attempts)
	return m
}

const (
	kindFirst       = "first"
	kindRetry       = "retry"
	kindTransparent = "transparent"
)

// attempts is a stats handler: interceptors see a call, and only the stats see each of its attempts.
type attempts struct{ metrics *Metrics }

type (
	callKey    struct{}
	attemptKey struct{}
)

// attempt is one attempt of a call.
type attempt struct{ method, kind string }

func countAttemptsUnary(
	ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	return invoker(withAttempts(ctx), method, req, reply, cc, opts...)
}

func countAttemptsStream(
	ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return streamer(withAttempts(ctx), desc, cc, method, opts...)
}

// withAttempts adds the number of attempts to the context of a call, for TagRPC.
func withAttempts(ctx context.Context) context.Context {
	return context.WithValue(ctx, callKey{}, new(atomic.Int64))
}

func (attempts) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	kind := kindFirst
	if made, ok := ctx.Value(callKey{}).(*atomic.Int64); ok && made.Add(1) > 1 {
		kind = kindRetry
	}
	return context.WithValue(ctx, attemptKey{}, &attempt{method: info.FullMethodName, kind: kind})
}

func (a attempts) HandleRPC(ctx context.Context, event stats.RPCStats) {
	this, ok := ctx.Value(attemptKey{}).(*attempt)
	if !ok || a.metrics == nil {
		return
	}
	switch event := event.(type) {
	case *stats.Begin:
		if event.IsTransparentRetryAttempt {
			this.kind = kindTransparent
		}
	case *stats.End:
		a.metrics.attempts.WithLabelValues(this.method, this.kind, status.Code(event.Error).String()).Inc()
	}
}

func (attempts) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

func (attempts) HandleConn(context.Context, stats.ConnStats) {}
