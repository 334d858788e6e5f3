package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/telemetry"
)

func TestAHookThatFailsIsNamedAndEveryLineHasAnEvent(t *testing.T) {
	t.Parallel()
	written := &bytes.Buffer{}
	log := logging.NewTo(written, logging.Config{Level: "info"}, "shop")
	app := fx.New(
		fx.Supply(log),
		fx.WithLogger(quiet),
		fx.Invoke(func(lc fx.Lifecycle) {
			lc.Append(fx.StopHook(func(context.Context) error { return errors.New("stuck") }))
		}),
	)
	require.NoError(t, app.Start(t.Context()))
	require.Error(t, app.Stop(t.Context()))

	assert.Contains(t, written.String(), `"callee"`)
	assert.NotContains(t, written.String(), `"level":"error"`, "the one line that says so is that of run")
	for line := range strings.Lines(written.String()) {
		assert.Contains(t, line, `"event":"platform.lifecycle.reported"`)
	}
}

func TestTheStopHasTheTimeThatTheEnvironmentGivesIt(t *testing.T) {
	t.Parallel()
	cfg := Basics{Telemetry: telemetry.Config{FlushInterval: time.Second}, Lifecycle: Config{ShutdownTimeout: 7 * time.Second}}

	app := fx.New(Module("shop", cfg), fx.NopLogger)

	require.NoError(t, app.Err())
	assert.Equal(t, 7*time.Second, app.StopTimeout())
}
