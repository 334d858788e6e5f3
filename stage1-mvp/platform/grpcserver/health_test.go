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

	"stagecraft/stage1-mvp/platform/grpcserver"
)

// gRPC's own services have a protocol of their own: a probe that asks for an unknown service must hear so, and page nobody.
func TestHealthSpeaksForItself(t *testing.T) {
	t.Parallel()
	r := start(t, nil, func(p *grpcserver.Params) { p.Config.StreamTimeout = time.Nanosecond })
	health := healthpb.NewHealthClient(r.conn)

	_, err := health.Check(t.Context(), &healthpb.HealthCheckRequest{Service: "unknown"})
	assert.Equal(t, codes.NotFound, status.Code(err))

	ctx, hangUp := context.WithCancel(t.Context())
	watch, err := health.Watch(ctx, &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	answer, err := watch.Recv()
	require.NoError(t, err, "who watches the health of a server is not told to go away")
	assert.Equal(t, healthpb.HealthCheckResponse_SERVING, answer.GetStatus())
	hangUp()

	r.eventually(t, `"method":"/grpc.health.v1.Health/Watch","code":"Canceled"`)
	assert.NotContains(t, r.log.String(), `"level":"error"`)
}
