package app

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"shop/gateway/internal/config"
)

func TestOptions_AreComplete(t *testing.T) {
	t.Parallel()
	require.NoError(t, fx.ValidateApp(Options(config.Config{})))
}
