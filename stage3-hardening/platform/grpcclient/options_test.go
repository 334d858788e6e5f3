package grpcclient_test

import (
	"context"
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"

	"shop/platform/errs"
	"shop/platform/grpcclient"
)

// health is a server that reports the deadline of each call, and fails the first calls as unavailable.
type health struct {
	healthpb.UnimplementedHealthServer
	left     chan time.Duration
	failures int
	calls    int
}

func (h *health) Check(ctx context.Context, _ *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	h.calls++
	if h.calls <= h.failures {
		return nil, status.Error(codes.Unavailable, "try again")
	}
	return &healthpb.HealthCheckResponse{}, nil
}

func (h *health) Watch(_ *healthpb.HealthCheckRequest, stream healthpb.Health_WatchServer) error {
	deadline, _ := stream.Context().Deadline()
	h.left <- time.Until(deadline)
	return nil
}

func serve(t *testing.T, h healthpb.HealthServer, opts ...grpc.ServerOption) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(opts...)
	healthpb.RegisterHealthServer(server, h)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		server.Stop()
		<-done
	})
	return listener.Addr().String()
}

func dial(t *testing.T, target string, opts ...grpcclient.Option) healthpb.HealthClient {
	t.Helper()
	conn, err := grpcclient.Dial(target, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return healthpb.NewHealthClient(conn)
}

func TestStream_DeadlineMinusOverhead(t *testing.T) {
	t.Parallel()
	h := &health{left: make(chan time.Duration, 1)}
	client := dial(t, serve(t, h))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	stream, err := client.Watch(ctx, &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.Error(t, err, "the stream has ended")

	assert.LessOrEqual(t, <-h.left, 9500*time.Millisecond, "500 ms are subtracted, as for unary calls")
}

func TestWithUnaryInterceptors_SeesStatusAndIsMapped(t *testing.T) {
	t.Parallel()
	var seen error
	observe := func(
		ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
	) error {
		seen = invoker(ctx, method, req, reply, cc, opts...)
		return status.Error(codes.ResourceExhausted, "circuit open")
	}
	client := dial(t, serve(t, &health{failures: 1}), grpcclient.WithUnaryInterceptors(observe))

	_, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{})

	assert.Equal(t, codes.Unavailable, status.Code(seen))
	assert.Equal(t, errs.RateLimited, errs.CodeOf(err))
}

func TestDial_WithoutRetries_CallsOnce(t *testing.T) {
	t.Parallel()
	h := &health{failures: 1}
	client := dial(t, serve(t, h))

	_, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{})

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.Equal(t, 1, h.calls)
}

func TestDial_InvalidMethodName_Fails(t *testing.T) {
	t.Parallel()
	_, err := grpcclient.Dial("127.0.0.1:1", grpcclient.WithRetries(grpcclient.Methods{"Check": grpcclient.Repeat("a read")}))
	assert.Error(t, err)
}

// Not parallel: the resolver is registered for the whole process.
func TestWithBalancer_RoundRobin_UsesEveryAddress(t *testing.T) {
	first, second := &health{}, &health{}
	addresses := manual.NewBuilderWithScheme("balancer-test")
	addresses.InitialState(resolver.State{Addresses: []resolver.Address{{Addr: serve(t, first)}, {Addr: serve(t, second)}}})
	resolver.Register(addresses)
	client := dial(t, "balancer-test:///health", grpcclient.WithBalancer("round_robin"))

	assert.Eventually(t, func() bool { // the second connection may be open later than the first
		_, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
		return assert.NoError(t, err) && first.calls > 0 && second.calls > 0
	}, 10*time.Second, time.Millisecond)
}

func TestWithTransportCredentials_PlaintextServer_IsUnavailable(t *testing.T) {
	t.Parallel()
	client := dial(t, serve(t, &health{}), grpcclient.WithTransportCredentials(credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS13})))

	_, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{})

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err), "the client insists on TLS")
}
