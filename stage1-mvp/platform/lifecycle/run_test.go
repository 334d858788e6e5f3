package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

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

// An orchestrator may change its mind at any moment. What was started by then must be stopped as at any other time.
//
// It is not parallel: the signal is for the whole process.
func TestASignalDuringTheStartIsAStop(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	stopped := false

	code := run("shop", fx.Options(
		fx.Supply(zap.NewNop()),
		fx.Invoke(func(lc fx.Lifecycle) {
			lc.Append(fx.Hook{
				OnStart: func(context.Context) error { return self.Signal(syscall.SIGTERM) },
				OnStop: func(context.Context) error {
					stopped = true
					return nil
				},
			})
		}),
	))

	assert.Zero(t, code)
	assert.True(t, stopped, "a server that was started must drain")
}

func TestAPartThatCannotGoOnEndsTheServiceWithItsCode(t *testing.T) {
	t.Parallel()
	code := run("shop", fx.Options(
		fx.Supply(zap.NewNop()),
		fx.Invoke(func(lc fx.Lifecycle, stop fx.Shutdowner) {
			lc.Append(fx.StartHook(func() error { return stop.Shutdown(fx.ExitCode(3)) }))
		}),
	))

	assert.Equal(t, 3, code, "whoever watches the service must see that it failed")
}
