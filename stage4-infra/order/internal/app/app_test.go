package app

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"shop/order/internal/config"
)

func TestEverythingThatIsNeededIsProvided(t *testing.T) {
	t.Parallel()
	require.NoError(t, fx.ValidateApp(Options(config.Config{})))

	var withJobs config.Config
	withJobs.Redis.URL = "redis://127.0.0.1:6379/0"
	withJobs.Jobs.Store.Endpoint = "127.0.0.1:9000"
	require.NoError(t, fx.ValidateApp(Options(withJobs)))
}
