package rest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/gateway/internal/config"
)

// startProbes runs the probes quickly until the test ends.
func startProbes(t *testing.T) *gateway {
	t.Helper()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.Health.Interval, cfg.Health.StartInterval = time.Millisecond, time.Millisecond
	})
	require.NoError(t, g.health.Start(t.Context()))
	t.Cleanup(func() { require.NoError(t, g.health.Stop(context.Background())) })
	return g
}

func (g *gateway) eventuallyReady(t *testing.T, status int) answer {
	t.Helper()
	require.Eventually(t, func() bool { return g.do(http.MethodGet, "/readyz", "").Code == status }, 10*time.Second, time.Millisecond)
	return g.do(http.MethodGet, "/readyz", "")
}

func TestReady_FollowsRequiredProbesAndReportsAll(t *testing.T) {
	t.Parallel()
	g := startProbes(t)

	up := g.eventuallyReady(t, http.StatusOK)
	assert.JSONEq(t, `{"status":"ready","probes":{"inventory":"up","wallet":"down"}}`, string(up.body.Data))

	g.inventoryDown.Store(true)
	down := g.eventuallyReady(t, http.StatusServiceUnavailable)
	assert.JSONEq(t, `{"status":"not_ready","probes":{"inventory":"down","wallet":"down"}}`, string(down.body.Data))
	assert.Equal(t, 5001, down.body.Code)
	assert.NotContains(t, down.Body.String(), "10.0.0.7", "addresses are for the log")
	assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/livez", "").Code, "a restart does not help")

	g.inventoryDown.Store(false)
	g.eventuallyReady(t, http.StatusOK)
}

func TestReady_Shutdown_IsStoppingForGood(t *testing.T) {
	t.Parallel()
	g := startProbes(t)
	g.eventuallyReady(t, http.StatusOK)

	g.health.Shutdown()

	a := g.do(http.MethodGet, "/readyz", "")
	assert.Equal(t, http.StatusServiceUnavailable, a.Code)
	assert.JSONEq(t, `{"status":"stopping","probes":{"inventory":"up","wallet":"down"}}`, string(a.body.Data))
	assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/livez", "").Code)
}

func TestHealth_ProbesAreNoRequests(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.RateLimit = config.RateLimit{PerSecond: 0.5, Burst: 1} })

	for range 5 {
		assert.Equal(t, http.StatusServiceUnavailable, g.do(http.MethodGet, "/readyz", "").Code)
		assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/livez", "").Code)
	}

	families, err := g.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		assert.NotEqual(t, "http_server_requests_total", family.GetName(), "a 503 to a probe would raise the error rate")
	}
	assert.Empty(t, g.log.String())
}
