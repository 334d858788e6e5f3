package grpcserver_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
	"shop/platform/grpcserver"
	"shop/platform/overload"
)

// full returns a server that takes two calls at a time, and has them, until free is called.
func full(t *testing.T, registry *prometheus.Registry) (r running, free func()) {
	t.Helper()
	entered, leave := make(chan struct{}, 2), make(chan struct{})
	r = start(t, func(context.Context) error {
		entered <- struct{}{}
		<-leave
		return nil
	}, func(p *grpcserver.Params) {
		p.Registry = registry
		p.Config.Overload.Min, p.Config.Overload.Max = 2, 2
		p.Priority = map[string]overload.Priority{inventoryv1.InventoryService_GetStock_FullMethodName: overload.High}
	})
	ended := make(chan error, 2)
	for range 2 {
		go func() { ended <- r.get(context.Background()) }()
	}
	for range 2 {
		<-entered
	}
	return r, func() {
		close(leave)
		for range 2 {
			require.NoError(t, <-ended)
		}
	}
}

func TestOverload_CallBeyondTheLimit_IsRefusedWithPushback(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	r, free := full(t, registry)
	var trailer metadata.MD
	_, err := r.stock.GetStock(t.Context(), &inventoryv1.GetStockRequest{}, grpc.Trailer(&trailer))
	free()

	assert.Equal(t, codes.Unavailable, status.Code(err))
	assert.Equal(t, overload.Reason, errs.From(err).Reason)
	pushback, parseErr := strconv.Atoi(trailer.Get("grpc-retry-pushback-ms")[0])
	require.NoError(t, parseErr)
	assert.GreaterOrEqual(t, pushback, 500)
	assert.EqualValues(t, 1, counted(t, registry, codes.Unavailable), "a refusal counts as a call")
	require.NoError(t, r.get(t.Context()), "there is room again")
}

func TestOverload_ServerFull_HealthAndOpenStreamsGoOn(t *testing.T) {
	t.Parallel()
	r, free := full(t, prometheus.NewRegistry())
	defer free()

	_, err := healthpb.NewHealthClient(r.conn).Check(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	stream, err := orderv1.NewOrderServiceClient(r.conn).WatchOrder(t.Context(), &orderv1.WatchOrderRequest{})
	require.NoError(t, err)
	_, err = stream.Recv()
	assert.Equal(t, overload.Reason, errs.From(err).Reason, "a new stream is refused")
}

func TestOverload_OpenStreams_TakeNoPlace(t *testing.T) {
	t.Parallel()
	r := start(t, func(context.Context) error { return nil }, func(p *grpcserver.Params) {
		p.Config.Overload.Min, p.Config.Overload.Max = 2, 2
	})
	for range 5 {
		stream, err := orderv1.NewOrderServiceClient(r.conn).WatchOrder(t.Context(), &orderv1.WatchOrderRequest{})
		require.NoError(t, err)
		_, err = stream.Recv()
		require.NoError(t, err)
	}
	require.NoError(t, r.get(t.Context()))
}

func TestOverload_TooLittleTimeLeft_HandlerIsNotCalled(t *testing.T) {
	t.Parallel()
	called := false
	r := start(t, func(context.Context) error { called = true; return nil }, func(p *grpcserver.Params) {
		p.Config.Overload.MinTime = time.Hour
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	assert.Equal(t, errs.DeadlineExceeded, errs.CodeOf(r.get(ctx)))
	assert.False(t, called)
}
