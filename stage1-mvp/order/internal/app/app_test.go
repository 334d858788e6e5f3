package app

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/order/internal/config"
)

func TestEverythingThatIsNeededIsProvided(t *testing.T) {
	t.Parallel()
	require.NoError(t, fx.ValidateApp(Options(config.Config{})))
}
