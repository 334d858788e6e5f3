package grpcserver_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	"shop/platform/grpcserver"
)

// The health protocol defines its own errors: a probe of an unknown service gets NOT_FOUND and causes no error line.
func TestHealth_KeepsItsProtocol(t *testing.T) {
	t.Parallel()
	r := start(t, nil, func(p *grpcserver.Params) { p.Config.StreamTimeout = time.Nanosecond })
	health := healthpb.NewHealthClient(r.conn)

	_, err := health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "unknown"})
	assert.Equal(t, codes.NotFound, status.Code(err))

	ctx, hangUp := context.WithCancel(t.Context())
	watch, err := health.Watch(ctx, &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	answer, err := watch.Recv()
	require.NoError(t, err, "the stream timeout does not apply to health checks")
	assert.Equal(t, healthpb.HealthCheckResponse_SERVING, answer.GetStatus())
	hangUp()

	r.eventually(t, `"method":"/grpc.health.v1.Health/Watch","code":"Canceled"`)
	assert.NotContains(t, r.log.String(), `"level":"error"`)
}

func TestStop_OpenWatch_GetsNotServingAndDoesNotDelay(t *testing.T) {
	t.Parallel()
	r := start(t, nil, nil)
	watch, err := healthpb.NewHealthClient(r.conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	answer, err := watch.Recv()
	require.NoError(t, err)
	require.Equal(t, healthpb.HealthCheckResponse_SERVING, answer.GetStatus())
	r.health.Shutdown()
	answer, err = watch.Recv()
	require.NoError(t, err)
	assert.Equal(t, healthpb.HealthCheckResponse_NOT_SERVING, answer.GetStatus())

	began := time.Now()
	require.NoError(t, r.server.Stop(t.Context()))

	assert.Less(t, time.Since(began), 30*time.Second, "a watch has no end of its own")
	_, err = watch.Recv()
	assert.Equal(t, codes.Unavailable, status.Code(err), "the client connects to another replica")
}
