package grpcserver_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/grpcserver"
)

// The client of this test does not map errors, so that it sees the status of the transport.
func TestLimits_OversizedCalls_AreRefused(t *testing.T) {
	t.Parallel()
	r := start(t, func(context.Context) error { return nil }, func(p *grpcserver.Params) {
		p.Config.MaxRequestBytes, p.Config.MaxMetadataBytes = 1000, 2000
	})
	conn, err := grpc.NewClient(r.server.Addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	stock := inventoryv1.NewInventoryServiceClient(conn)

	_, err = stock.GetStock(t.Context(), &inventoryv1.GetStockRequest{Sku: strings.Repeat("x", 1000)})
	assert.Equal(t, codes.ResourceExhausted, status.Code(err), "%v", err)
	ctx := metadata.AppendToOutgoingContext(t.Context(), "x", strings.Repeat("x", 2000))
	_, err = stock.GetStock(ctx, &inventoryv1.GetStockRequest{})
	assert.Equal(t, codes.Internal, status.Code(err), "%v", err)
	assert.ErrorContains(t, err, "header list size")
	_, err = stock.GetStock(t.Context(), &inventoryv1.GetStockRequest{Sku: strings.Repeat("x", 900)})
	assert.NoError(t, err)
}

// A client that has connected for long enough connects again, and no call fails.
func TestMaxConnectionAge_ClientConnectsAgain(t *testing.T) {
	t.Parallel()
	clients := make(chan string, 1)
	r := start(t, func(ctx context.Context) error {
		client, _ := peer.FromContext(ctx)
		clients <- client.Addr.String()
		return nil
	}, func(p *grpcserver.Params) { p.Config.MaxConnectionAge = 50 * time.Millisecond })
	connections := map[string]bool{}
	require.Eventually(t, func() bool {
		require.NoError(t, r.get(t.Context()))
		connections[<-clients] = true
		return len(connections) >= 3
	}, 20*time.Second, time.Millisecond)
}
