package app

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"shop/wallet/internal/config"
)

func TestOptions_ProvideAllDependencies(t *testing.T) {
	t.Parallel()
	require.NoError(t, fx.ValidateApp(Options(config.Config{})))
}
