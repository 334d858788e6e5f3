package stack

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

func hardenedShop(t *testing.T, names ...string) Options {
	if len(names) == 0 {
		names = []string{"order", "inventory", "wallet", "gateway"}
	}
	options := servicesOf(t, "stage3-hardening", names...)
	options.Env = map[string]string{"HEALTH_INTERVAL": "100ms", "HEALTH_TIMEOUT": "500ms"}
	return options
}

// statuses is a watch of the health of a service.
type statuses struct {
	t      *testing.T
	stream healthpb.Health_WatchClient
}

func watchHealth(t *testing.T, s *Service, name string) statuses {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	stream, err := healthpb.NewHealthClient(s.Conn()).Watch(ctx, &healthpb.HealthCheckRequest{Service: name})
	require.NoError(t, err)
	return statuses{t: t, stream: stream}
}

// next returns the next status; a watch sends each change.
func (s statuses) next() healthpb.HealthCheckResponse_ServingStatus {
	s.t.Helper()
	answer, err := s.stream.Recv()
	require.NoError(s.t, err)
	return answer.GetStatus()
}

func isAlive(t *testing.T, s *Service) bool {
	t.Helper()
	answer, err := healthpb.NewHealthClient(s.Conn()).Check(t.Context(), &healthpb.HealthCheckRequest{Service: "liveness"})
	require.NoError(t, err)
	return answer.GetStatus() == healthpb.HealthCheckResponse_SERVING
}

const (
	serving    = healthpb.HealthCheckResponse_SERVING
	notServing = healthpb.HealthCheckResponse_NOT_SERVING
)

// Each dependency is cut, and the database also frozen: connections stay, and answers do not come.
func TestStage3_DependencyAway_NotReadyUntilItIsBack(t *testing.T) {
	t.Parallel()
	s := up(t, hardenedShop(t, "wallet"))
	wallet := s.Service("wallet")
	watch := watchHealth(t, wallet, "readiness")
	require.Equal(t, serving, watch.next())
	for _, away := range []struct {
		name      string
		cut, heal func() error
	}{
		{"database cut", cut(s.Server("wallet", "postgres").Cut), s.Server("wallet", "postgres").Heal},
		{"database frozen", func() error { return s.Server("wallet", "postgres").Delay(time.Hour) }, s.Server("wallet", "postgres").Heal},
		{"redis cut", cut(s.Server("wallet", "redis").Cut), s.Server("wallet", "redis").Heal},
		{"broker cut", cut(s.Broker("wallet").Cut), s.Broker("wallet").Heal},
	} {
		require.NoError(t, away.cut(), away.name)
		require.Equal(t, notServing, watch.next(), away.name)
		assert.True(t, isAlive(t, wallet), "%s: a restart does not help", away.name)
		require.NoError(t, away.heal(), away.name)
		require.Equal(t, serving, watch.next(), "%s is over", away.name)
	}
}

func cut(f func()) func() error {
	return func() error {
		f()
		return nil
	}
}

func TestStage3_StartWithoutBroker_IsAliveAndBecomesReady(t *testing.T) {
	t.Parallel()
	s := up(t, hardenedShop(t, "wallet"))
	wallet := s.Service("wallet")
	s.Broker("wallet").Cut()
	require.NoError(t, wallet.RestartAlive(t.Context(), nil))
	watch := watchHealth(t, wallet, "")
	require.Equal(t, notServing, watch.next(), "no consumer runs")
	require.NoError(t, s.Broker("wallet").Heal())
	require.Equal(t, serving, watch.next())
}

// The gateway serves what works: it is ready until no service is.
func TestStage3_GatewayReadiness_NeedsOneService(t *testing.T) {
	t.Parallel()
	s := up(t, hardenedShop(t))
	readyz := func() (status int, probes map[string]string) {
		response, err := plainHTTP.Get(s.Gateway + "/readyz")
		require.NoError(t, err)
		defer response.Body.Close()
		var body struct {
			Data struct{ Probes map[string]string }
		}
		require.NoError(t, json.NewDecoder(response.Body).Decode(&body))
		return response.StatusCode, body.Data.Probes
	}
	eventually := func(status int, order, wallet string) {
		t.Helper()
		require.Eventually(t, func() bool {
			got, probes := readyz()
			return got == status && probes["order"] == order && probes["wallet"] == wallet
		}, 30*time.Second, 10*time.Millisecond, "%d with order %s and wallet %s", status, order, wallet)
	}
	eventually(http.StatusOK, "up", "up")
	s.Server("order", "postgres").Cut()
	eventually(http.StatusOK, "down", "up")
	require.NoError(t, s.Service("wallet").Kill())
	require.NoError(t, s.Service("inventory").Kill())
	eventually(http.StatusServiceUnavailable, "down", "down")
	response, err := plainHTTP.Get(s.Gateway + "/livez")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, s.Server("order", "postgres").Heal())
	eventually(http.StatusOK, "up", "down")
}
