package grpcserver_test

import (
	"net"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"shop/platform/grpcserver"
)

func TestOnFailure_ListenerLost_IsCalled(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpcserver.New(grpcserver.Params{Service: "shop", Log: zap.NewNop(), Registry: prometheus.NewRegistry(), Health: newHealth(t)})
	failed := make(chan struct{})
	server.OnFailure(func() { close(failed) })
	server.Serve(listener)

	require.NoError(t, listener.Close())

	select {
	case <-failed:
	case <-time.After(5 * time.Second):
		t.Fatal("OnFailure was not called: the process would live on without serving")
	}
}

func TestOnFailure_Stop_IsNotCalled(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpcserver.New(grpcserver.Params{Service: "shop", Log: zap.NewNop(), Registry: prometheus.NewRegistry(), Health: newHealth(t)})
	server.OnFailure(func() { t.Error("a server that was asked to stop has not failed") })
	server.Serve(listener)
	require.NoError(t, server.Stop(t.Context()))
}
