package contracttest

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"shop/platform/config"
	"shop/platform/grpcserver"
)

// Serve starts a complete service, as in production, until the test ends, and returns its address. It is configured through the
// environment, which is why a test that calls Serve cannot run in parallel.
func Serve[C any](t *testing.T, options func(C) fx.Option, keys *Keys, environment map[string]string) string {
	t.Helper()
	all := keys.Environment()
	maps.Copy(all, environment)
	all["LOG_LEVEL"] = "error"
	all["SHUTDOWN_ENDPOINT_WAIT"] = "0s" // no load balancer is in front
	for name, value := range all {
		t.Setenv(name, value)
	}
	var cfg C
	require.NoError(t, config.Load(&cfg))
	var server *grpcserver.Server
	app := fxtest.New(t, fx.NopLogger, options(cfg), fx.Populate(&server))
	app.RequireStart()
	t.Cleanup(app.RequireStop)
	return server.Addr()
}
