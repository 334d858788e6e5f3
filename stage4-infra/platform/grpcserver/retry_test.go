package grpcserver_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/grpcstatus"
)

// overloaded is a server that refuses all calls for a time, as a process does that is stopping or has too much to do.
type overloaded struct {
	inventoryv1.UnimplementedInventoryServiceServer
	attempts atomic.Int64
	pushback string
}

func (o *overloaded) GetStock(ctx context.Context, _ *inventoryv1.GetStockRequest) (*inventoryv1.GetStockResponse, error) {
	o.attempts.Add(1)
	if o.pushback != "" {
		_ = grpc.SetTrailer(ctx, metadata.Pairs(grpcstatus.PushbackTrailer, o.pushback))
	}
	return nil, status.Error(codes.Unavailable, "overloaded")
}

func (o *overloaded) serve(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server, done := grpc.NewServer(), make(chan struct{})
	inventoryv1.RegisterInventoryServiceServer(server, o)
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

// repeating returns a client that repeats reads.
func repeating(t *testing.T, target string) inventoryv1.InventoryServiceClient {
	t.Helper()
	cfg := config.Defaults[grpcclient.Config]()
	cfg.Retry.BackoffBase, cfg.Retry.BackoffMax = time.Millisecond, time.Millisecond
	conn, err := grpcclient.Dial(target, grpcclient.WithConfig(cfg),
		grpcclient.WithRetries(grpcclient.Methods{inventoryv1.InventoryService_GetStock_FullMethodName: grpcclient.Repeat("a read")}))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return inventoryv1.NewInventoryServiceClient(conn)
}

// Only the caller next to the failure repeats. If every layer did, three layers would make 27 attempts of one request.
func TestRetries_Layers_DoNotMultiply(t *testing.T) {
	t.Parallel()
	third, middle := &overloaded{}, new(atomic.Int64)
	inventory := repeating(t, third.serve(t))
	second := start(t, func(ctx context.Context) error {
		middle.Add(1)
		_, err := inventory.GetStock(ctx, &inventoryv1.GetStockRequest{})
		return err
	}, nil)

	_, err := repeating(t, second.server.Addr()).GetStock(t.Context(), &inventoryv1.GetStockRequest{})

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.EqualValues(t, 3, third.attempts.Load())
	assert.EqualValues(t, 1, middle.Load())
}

func TestRetries_PushbackOfDependency_ReachesTheOutermostCaller(t *testing.T) {
	t.Parallel()
	third := &overloaded{pushback: "20"}
	inventory := repeating(t, third.serve(t))
	second := start(t, func(ctx context.Context) error {
		_, err := inventory.GetStock(ctx, &inventoryv1.GetStockRequest{})
		return err
	}, nil)

	_, err := repeating(t, second.server.Addr()).GetStock(t.Context(), &inventoryv1.GetStockRequest{})

	assert.Equal(t, 20*time.Millisecond, errs.From(err).RetryAfter)
}
