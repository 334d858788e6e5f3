package lifecycle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/config"
	"shop/platform/logging"
)

func TestQuiet_FailedHook_IsNamed(t *testing.T) {
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
	assert.NotContains(t, written.String(), `"level":"error"`, "run writes the one error line")
	for line := range strings.Lines(written.String()) {
		assert.Contains(t, line, `"event":"platform.lifecycle.reported"`)
	}
}

func TestModule_StartupTimeoutFromConfig(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[Basics]()
	cfg.Lifecycle.StartupTimeout, cfg.TLS.Mode = 3*time.Second, "off"

	app := fx.New(Module("shop", cfg), fx.NopLogger)

	require.NoError(t, app.Err())
	assert.Equal(t, 3*time.Second, app.StartTimeout())
}

// coordination is what a service gets from Module.
func coordination() fx.Option {
	return fx.Options(fx.Supply(config.Defaults[Config]()), fx.Provide(NewCoordinator))
}

// Not parallel: the signal is for the whole process.
func TestRun_SignalDuringStart_Stops(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	stopped := false

	code := run("shop", fx.Options(
		fx.Supply(zap.NewNop()), coordination(),
		fx.Invoke(func(c *Coordinator) {
			c.Add(Cron, "jobs", fx.Hook{
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

// Not parallel: the signal is for the whole process.
func TestRun_SecondSignal_StopsAtOnce(t *testing.T) {
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	stuck, closed := hang(t), false

	code := run("shop", fx.Options(
		fx.Supply(zap.NewNop()), coordination(),
		fx.Invoke(func(c *Coordinator) {
			c.Add(Cron, "jobs", fx.Hook{
				OnStart: func(context.Context) error { return self.Signal(syscall.SIGTERM) },
				OnStop: func(ctx context.Context) error {
					return errors.Join(self.Signal(syscall.SIGINT), stuck.OnStop(ctx))
				},
			})
			c.Add(Database, "pool", fx.StopHook(func() { closed = true }))
		}),
	))

	assert.Equal(t, exitFailed, code)
	assert.False(t, closed, "nothing more is stopped after the second signal")
}

func TestRun_PartCutOff_IsAFailure(t *testing.T) {
	t.Parallel()
	cfg := config.Defaults[Config]()
	cfg.Budgets.Cron = time.Millisecond
	stuck := hang(t)

	code := run("shop", fx.Options(
		fx.Supply(zap.NewNop(), cfg), fx.Provide(NewCoordinator),
		fx.Invoke(func(lc fx.Lifecycle, c *Coordinator, stop fx.Shutdowner) {
			c.Add(Cron, "jobs", stuck)
			lc.Append(fx.StartHook(func() error { return stop.Shutdown() }))
		}),
	))

	assert.Equal(t, exitFailed, code)
}

func TestRun_Shutdowner_SetsExitCode(t *testing.T) {
	t.Parallel()
	code := run("shop", fx.Options(
		fx.Supply(zap.NewNop()), coordination(),
		fx.Invoke(func(lc fx.Lifecycle, _ *Coordinator, stop fx.Shutdowner) {
			lc.Append(fx.StartHook(func() error { return stop.Shutdown(fx.ExitCode(3)) }))
		}),
	))

	assert.Equal(t, 3, code, "the supervisor must see that the service failed")
}

const sigpipeChild = "LIFECYCLE_TEST_SIGPIPE_CHILD"

// TestRun_LogReaderGone_KeepsServing starts itself as a child process whose stdout has no reader.
func TestRun_LogReaderGone_KeepsServing(t *testing.T) {
	if os.Getenv(sigpipeChild) != "" {
		os.Exit(run("shop", fx.Options(
			fx.Supply(logging.New(logging.Config{Level: "info"}, "shop")), coordination(),
			fx.Invoke(func(lc fx.Lifecycle, log *zap.Logger, stop fx.Shutdowner) {
				lc.Append(fx.StartHook(func() error {
					for range 10 {
						log.Info("line without a reader", logging.Event("shop.test.logged"))
					}
					fmt.Fprintln(os.Stderr, "still alive")
					return stop.Shutdown(fx.ExitCode(7))
				}))
			}),
		)))
	}
	t.Parallel()
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_LogReaderGone_KeepsServing$")
	child.Env = append(os.Environ(), sigpipeChild+"=1")
	var stderr bytes.Buffer
	child.Stdout, child.Stderr = writer, &stderr

	err = child.Run()

	require.NoError(t, writer.Close())
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 7, exit.ExitCode(), "the service must end by its own decision, not by SIGPIPE: %v", exit)
	assert.Contains(t, stderr.String(), "still alive")
}
