package grpcserver_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	orderv1 "shop/gen/order/v1"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/grpcserver"
)

// watcher is a service whose stream each test defines.
type watcher struct {
	orderv1.UnimplementedOrderServiceServer
	watch func(stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error
}

func (w *watcher) WatchOrder(_ *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	return w.watch(stream)
}

func startWatcher(
	t *testing.T, change func(p *grpcserver.Params), watch func(stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error,
) (running, func(ctx context.Context) error) {
	r := start(t, nil, func(p *grpcserver.Params) {
		p.Register = []func(*grpc.Server){func(s *grpc.Server) { orderv1.RegisterOrderServiceServer(s, &watcher{watch: watch}) }}
		if change != nil {
			change(p)
		}
	})
	return r, func(ctx context.Context) error {
		stream, err := orderv1.NewOrderServiceClient(r.conn).WatchOrder(ctx, &orderv1.WatchOrderRequest{})
		for err == nil {
			_, err = stream.Recv()
		}
		return err
	}
}

func TestStreamPanic_EndsOneStreamOnly(t *testing.T) {
	t.Parallel()
	var registry *prometheus.Registry
	r, watch := startWatcher(t, func(p *grpcserver.Params) { registry = p.Registry },
		func(grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error { panic("secret of the panic") })

	for range 2 {
		err := watch(t.Context())
		assert.Equal(t, errs.Internal, errs.CodeOf(err))
		assert.NotContains(t, err.Error(), "secret")
	}
	r.eventually(t, "secret of the panic")
	assert.EqualValues(t, 2, counted(t, registry, codes.Internal), "a panic counts as an error")
}

func TestStream_ClientHangsUp_IsNotLoggedAsError(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(t.Context())
	r, watch := startWatcher(t, nil, func(stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) (err error) {
		hangUp()
		for err == nil {
			err = stream.Send(&orderv1.WatchOrderResponse{})
		}
		return err
	})

	require.Error(t, watch(ctx))

	r.eventually(t, `"event":"shop.rpc.finished"`)
	assert.Contains(t, r.log.String(), `"code":"Canceled"`)
	assert.NotContains(t, r.log.String(), `"level":"error"`)
}

// The client of a forgotten stream still answers pings, although its token may have expired long ago.
func TestStream_TimeoutExceeded_ReturnsDeadlineExceeded(t *testing.T) {
	t.Parallel()
	_, watch := startWatcher(t, func(p *grpcserver.Params) { p.Config.StreamTimeout = 50 * time.Millisecond },
		func(stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
			<-stream.Context().Done()
			return stream.Context().Err()
		})

	err := watch(t.Context())

	assert.Equal(t, "DEADLINE_EXCEEDED", errs.From(err).Reason)
}

func TestMaxStreams_FurtherStreamsWait(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	cfg := config.Defaults[grpcserver.Config]()
	cfg.MaxStreams = 2
	server := grpcserver.New(grpcserver.Params{
		Service: "shop", Log: zap.NewNop(), Registry: prometheus.NewRegistry(), Config: cfg, Health: newHealth(t),
	})
	server.Serve(listener)
	t.Cleanup(func() { _ = server.Stop(context.Background()) })
	conn, err := grpc.NewClient(server.Addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	watch := func(ctx context.Context) error {
		stream, err := healthpb.NewHealthClient(conn).Watch(ctx, &healthpb.HealthCheckRequest{})
		if err != nil {
			return err
		}
		_, err = stream.Recv()
		return err
	}
	require.NoError(t, watch(t.Context()))
	require.NoError(t, watch(t.Context()))

	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.Equal(t, codes.DeadlineExceeded, status.Code(watch(short)), "the third waits for one of the two to end")
}
