package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/redistest"
	"shop/platform/worker"
)

// fates are what becomes of windows that do not succeed: an error of the run, or a FAILED execution.
type fates map[string]error

func (f fates) Run(_ context.Context, _ job.Job, window string, trigger job.Trigger) (job.Execution, bool, error) {
	problem, struck := f[window]
	if problem != nil {
		return job.Execution{}, false, problem
	}
	status := job.Succeeded
	if struck {
		status = job.Failed
	}
	return job.Execution{Window: window, Status: status, Trigger: trigger}, false, nil
}

func TestADayThatFailsStopsNoOtherOfABackfill(t *testing.T) {
	t.Parallel()
	report := usecase.NewSalesReport(usecase.SalesReportConfig{}, nil, nil).Job()
	runner := fates{"2026-11-17": assert.AnError, "2026-11-18": nil, "2026-11-19": job.ErrRunning}
	backfill := usecase.NewBackfillJob(answering, usecase.NewJobs(runner, midnightClock, report))

	results, err := backfill.Execute(t.Context(), dto.BackfillJob{Job: report.Name, From: "2026-11-16", To: friday})

	require.NoError(t, err)
	require.Len(t, results, 5)
	for i, reason := range []string{"", "INTERNAL", "JOB_FAILED", "JOB_RUNNING", ""} {
		if reason == "" {
			assert.Nil(t, results[i].Err, results[i].Window)
			continue
		}
		assert.Equal(t, reason, results[i].Err.Reason, results[i].Window)
	}
}

func TestBackfill_SilentRedis_KeepsItsDeadline(t *testing.T) {
	t.Parallel()
	o, proxy := newOffice(t), redistest.NewProxy(t)
	runner := job.NewRunner(jobConfig, newLocker(proxy.Client, o.pool), o.executions, worker.NewMetrics(prometheus.NewRegistry()))
	stopAfter(t, runner)
	backfill := usecase.NewBackfillJob(answering, usecase.NewJobs(runner, midnightClock, o.report))
	proxy.Then(redistest.Lost)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()

	results, err := backfill.Execute(ctx, dto.BackfillJob{Job: o.name, From: "2026-11-01", To: friday})

	require.NoError(t, err)
	require.NoError(t, ctx.Err(), "the answer must come before its caller stops waiting")
	require.Len(t, results, 20)
	for _, result := range results {
		assert.Contains(t, []errs.Code{errs.Aborted, errs.Unavailable}, result.Err.Code, result.Window)
	}
}
