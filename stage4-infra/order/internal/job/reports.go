package job

import (
	"fmt"

	"github.com/robfig/cron/v3"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/order/internal/usecase"
	"shop/platform/clock"
	"shop/platform/job"
	"shop/platform/logging"
	"shop/platform/objectstore"
	"shop/platform/worker"
)

// Reports returns the modules that run jobs, on a schedule and by request. Where jobs are not configured, it returns a module that refuses
// them.
func Reports(cfg Config) fx.Option {
	if !cfg.Enabled() {
		return fx.Module("reports", fx.Supply(cfg.Run), fx.Provide(usecase.NoJobs), fx.Invoke(func(log *zap.Logger) {
			log.Info("no jobs run here: S3_ENDPOINT is not set", logging.Event("order.job.disabled"))
		}))
	}
	return fx.Module("reports",
		fx.Supply(cfg.Store, cfg.Jobs, cfg.Run, cfg.SalesReport),
		objectstore.Module,
		worker.Module,
		fx.Provide(
			usecase.NewSalesReport,
			func(s *objectstore.Store) usecase.Reports { return s },
			func(runner *job.Runner, now clock.Clock, report *usecase.SalesReport) *usecase.Jobs {
				return usecase.NewJobs(runner, now, report.Job())
			},
		),
		fx.Invoke(func(scheduler *worker.Scheduler, report *usecase.SalesReport) error {
			return schedule(cfg.Schedule, scheduler, report)
		}),
	)
}

// schedule must run before the scheduler starts, as every function that Fx invokes does.
func schedule(spec string, scheduler *worker.Scheduler, report *usecase.SalesReport) error {
	schedule, err := cron.ParseStandard(spec)
	if err != nil {
		return fmt.Errorf("read SALES_REPORT_SCHEDULE: %w", err)
	}
	scheduler.Add(report.Job(), schedule)
	return nil
}
