package grpcclient_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/errs"
	"shop/platform/grpcclient"
)

func TestDial_ServiceDown_ReturnsUnavailableWithoutAddress(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	conn, err := grpcclient.Dial(address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	_, err = inventoryv1.NewInventoryServiceClient(conn).GetStock(ctx, &inventoryv1.GetStockRequest{Sku: "tea"})

	got := errs.From(err)
	assert.Equal(t, errs.Unavailable, got.Code)
	assert.Equal(t, "UNAVAILABLE", got.Reason)
	assert.NotContains(t, got.Message, "127.0.0.1")
	assert.ErrorContains(t, err, address, "the log needs the address")
	assert.False(t, errs.Refused(err), "the service may have done the work before it died")
}
