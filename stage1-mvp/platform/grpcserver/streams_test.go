package grpcserver_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"stagecraft/stage1-mvp/platform/grpcserver"
)

func TestOneConnectionHoldsOnlySoManyStreams(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpcserver.New(grpcserver.Params{Service: "shop", Log: zap.NewNop(), Registry: prometheus.NewRegistry(),
		Config: grpcserver.Config{RateLimit: 1000, RateBurst: 1000, MaxStreams: 2, DrainTimeout: time.Second}})
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
