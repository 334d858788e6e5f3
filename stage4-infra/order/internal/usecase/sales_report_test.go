package usecase_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/robfig/cron/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/worker"
)

const friday = "2026-11-20"

func TestTheReportIsAFileWithTheSalesOfTheDay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.sells(t, shortlyAfterMidnight.Add(-time.Hour))
	o.sells(t, shortlyAfterMidnight.Add(-2*time.Hour))
	o.sells(t, shortlyAfterMidnight)

	run, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: friday})

	require.NoError(t, err)
	require.Equal(t, job.Succeeded, run.Execution.Status, run.Execution.Error)
	file, ok := o.store.Read(t, "reports", "reports/daily-sales/2026-11-20.csv")
	require.True(t, ok)
	assert.Equal(t, "text/csv; charset=utf-8", file.ContentType)
	assert.Equal(t, `day,section,key,currency,count,minor_units
2026-11-20,paid,,EUR,2,1000
2026-11-20,top_sku,tea,EUR,2,1000
`, file.Content)
	var result dto.ReportFile
	require.NoError(t, json.Unmarshal(run.Execution.Result, &result))
	sum := sha256.Sum256([]byte(file.Content))
	assert.Equal(t, dto.ReportFile{
		Key: "reports/daily-sales/2026-11-20.csv", Bytes: len(file.Content), SHA256: hex.EncodeToString(sum[:]),
	}, result)
}

func TestReplicasWithTheSameTickMakeTheReportOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, runner := range []*job.Runner{o.runner, o.replica(t), o.replica(t)} {
		scheduler := worker.NewScheduler(jobConfig, runner, worker.NewMetrics(prometheus.NewRegistry()), midnightClock, zap.NewNop())
		stopAfter(t, scheduler)
		scheduler.Add(o.report, cron.Every(time.Second))
		require.NoError(t, scheduler.Start(t.Context()))
	}

	var page dto.ExecutionPage
	require.Eventually(t, func() bool {
		var err error
		page, err = o.list.Execute(t.Context(), dto.ListExecutions{Job: o.name})
		require.NoError(t, err)
		return len(page.Executions) > 0 && page.Executions[0].Status == job.Succeeded
	}, 20*time.Second, 10*time.Millisecond)

	// At each second all of them look again.
	assert.Never(t, func() bool {
		total, err := o.executions.Count(t.Context(), o.name)
		return err != nil || total != 1
	}, 1500*time.Millisecond, 50*time.Millisecond, "one execution, although others tried")
	assert.Equal(t, friday, page.Executions[0].Window)
	assert.Equal(t, job.Cron, page.Executions[0].Trigger)
}

func TestRunJob_WindowDone_ReturnsFirstExecution(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: friday})
	require.NoError(t, err)
	require.False(t, first.Replayed)

	again, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: friday})

	require.NoError(t, err)
	assert.True(t, again.Replayed)
	assert.Equal(t, first.Execution, again.Execution)
	shown, err := o.get.Execute(t.Context(), o.name, first.Execution.ID)
	require.NoError(t, err)
	assert.Equal(t, first.Execution, shown)
	page, err := o.list.Execute(t.Context(), dto.ListExecutions{Job: o.name})
	require.NoError(t, err)
	assert.Equal(t, dto.ExecutionPage{Executions: []job.Execution{shown}, Number: 1, Size: 20, Total: 1}, page)
}

func TestRunJob_StoreDown_FailsAndNextRunSucceeds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	require.NoError(t, o.store.Stop())

	down, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: friday})
	require.NoError(t, err, "that a job fails is an answer, not an error of the request")
	assert.Equal(t, job.Failed, down.Execution.Status)
	assert.Contains(t, down.Execution.Error, down.Execution.ID, "it says where to look")
	assert.NotContains(t, down.Execution.Error, o.store.Endpoint, "where the store is, is for the log")

	require.NoError(t, o.store.Listen())
	up, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: friday})
	require.NoError(t, err)
	assert.Equal(t, job.Succeeded, up.Execution.Status)
	assert.Equal(t, 2, up.Execution.Attempt)
}

func TestRunJob_AbandonedExecution_IsDoneByNextRun(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token, err := repository.NewFenceRepository(o.pool).Next(t.Context(), job.LockKey(o.name, friday))
	require.NoError(t, err)
	dead, begun, err := o.executions.Begin(t.Context(),
		job.Execution{ID: uuid.NewString(), Job: o.name, Window: friday, Trigger: job.Cron, Fence: token})
	require.NoError(t, err)
	require.True(t, begun)

	run, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: friday})
	require.NoError(t, err)
	assert.Equal(t, job.Succeeded, run.Execution.Status)
	closed, err := o.get.Execute(t.Context(), o.name, dead.ID)
	require.NoError(t, err)
	assert.Equal(t, job.Failed, closed.Status)
}

func TestABackfillDoesWhatIsMissingAndNothingTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	done, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: "2026-11-18"})
	require.NoError(t, err)

	for range 2 {
		results, err := o.backfill.Execute(t.Context(), dto.BackfillJob{Job: o.name, From: "2026-11-17", To: friday})
		require.NoError(t, err)
		require.Len(t, results, 4)
		for i, window := range []string{"2026-11-17", "2026-11-18", "2026-11-19", friday} {
			assert.Equal(t, window, results[i].Window)
			assert.Nil(t, results[i].Err, window)
			assert.Equal(t, 1, results[i].Execution.Attempt)
		}
		assert.Equal(t, done.Execution, *results[1].Execution)
	}
	page, err := o.list.Execute(t.Context(), dto.ListExecutions{Job: o.name})
	require.NoError(t, err)
	assert.EqualValues(t, 4, page.Total)
}

func TestOnlyDaysThatAreOverAreWindows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for window, code := range map[string]errs.Code{
		"2026-11-21": errs.Precondition, "2030-01-01": errs.Precondition, "yesterday": errs.InvalidInput, "": errs.InvalidInput,
	} {
		_, err := o.run.Execute(t.Context(), dto.RunJob{Job: o.name, Window: window})
		assert.Equal(t, code, errs.CodeOf(err), window)
		_, err = o.backfill.Execute(t.Context(), dto.BackfillJob{Job: o.name, From: friday, To: window})
		assert.Equal(t, code, errs.CodeOf(err), window)
	}
	for from, to := range map[string]string{friday: "2026-11-19", "2025-11-19": friday, "0001-01-01": friday} {
		_, err := o.backfill.Execute(t.Context(), dto.BackfillJob{Job: o.name, From: from, To: to})
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), "from %s to %s", from, to)
	}
	_, err := o.run.Execute(t.Context(), dto.RunJob{Job: "another", Window: friday})
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = o.get.Execute(t.Context(), o.name, uuid.NewString())
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = o.get.Execute(t.Context(), o.name, "' OR 1=1")
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
}

func TestAServiceWithoutJobsSaysSo(t *testing.T) {
	t.Parallel()
	jobs := usecase.NoJobs()
	_, runErr := usecase.NewRunJob(usecase.RunJobConfig{}, jobs).Execute(t.Context(), dto.RunJob{Job: "daily_sales_report", Window: friday})
	_, backfillErr := usecase.NewBackfillJob(answering, jobs).Execute(t.Context(), dto.BackfillJob{Job: "daily_sales_report"})
	_, listErr := usecase.NewListJobExecutions(jobs, nil).Execute(t.Context(), dto.ListExecutions{Job: "daily_sales_report"})
	_, getErr := usecase.NewGetJobExecution(jobs, nil).Execute(t.Context(), "daily_sales_report", uuid.NewString())
	for _, err := range []error{runErr, backfillErr, listErr, getErr} {
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
		assert.Equal(t, "JOBS_DISABLED", errs.From(err).Reason)
	}
}
