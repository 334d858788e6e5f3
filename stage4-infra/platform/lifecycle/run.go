// Package lifecycle starts and stops a service.
package lifecycle

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"go.uber.org/fx"
	"go.uber.org/fx/fxevent"
	"go.uber.org/zap"

	"shop/platform/config"
	"shop/platform/logging"
)

const (
	exitFailed        = 1
	exitMisconfigured = 2
)

// Main loads cfg from the environment, runs the application that build makes of it until SIGTERM or SIGINT, and returns the exit code:
// 0 after a clean stop, 1 after a failed start or a stop in which a part failed or was cut off, also by a second signal, 2 for a
// configuration that cannot be used.
func Main[C any](service string, build func(cfg C) fx.Option) int {
	var cfg C
	if err := config.Load(&cfg); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", service, err)
		return exitMisconfigured
	}
	return run(service, build(cfg))
}

func run(service string, options fx.Option) int {
	// When the reader of stdout is gone, a write must fail instead of killing the process: losing the log is no reason to drop requests.
	signal.Ignore(syscall.SIGPIPE)
	var (
		log         *zap.Logger
		coordinator *Coordinator
	)
	app := fx.New(options, fx.WithLogger(quiet), fx.Populate(&log, &coordinator))
	if err := app.Err(); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", service, err)
		return exitFailed
	}
	stop := app.Wait() // from here on, so that a signal during the start is a stop like any other
	startCtx, cancel := context.WithTimeout(context.Background(), app.StartTimeout())
	defer cancel()
	if err := app.Start(startCtx); err != nil {
		log.Error("service did not start", logging.Event(service+".service.failed"), logging.Error(err))
		return exitFailed
	}
	shutdown := <-stop

	err := app.Stop(context.Background()) // each phase has its own limit
	coordinator.Summary().log(log, service)
	if err != nil {
		return exitFailed
	}
	return shutdown.ExitCode
}

// quiet logs Fx's own lines at debug, and its errors as warnings that name the hook. run logs once, as an error, that the service failed.
func quiet(log *zap.Logger) fxevent.Logger {
	events := &fxevent.ZapLogger{Logger: log.With(logging.Event("platform.lifecycle.reported"))}
	events.UseLogLevel(zap.DebugLevel)
	events.UseErrorLevel(zap.WarnLevel)
	return events
}
