package postgres_test

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	repository "shop/order/internal/repository/postgres"
	"shop/platform/job"
	"shop/platform/postgrestest"
)

const (
	report = "daily_sales_report"
	window = "2026-11-20"
)

// executions is the repository, and the fencing tokens that it checks.
type executions struct {
	*repository.ExecutionRepository
	fences *repository.FenceRepository
}

func newExecutions(t *testing.T) executions {
	pool := postgrestest.New(t, db.Migrations)
	return executions{repository.NewExecutionRepository(pool), repository.NewFenceRepository(pool)}
}

// lock returns the token of the next holder of the lock.
func (e executions) lock(t *testing.T) int64 {
	t.Helper()
	token, err := e.fences.Next(t.Context(), job.LockKey(report, window))
	require.NoError(t, err)
	return token
}

func begins(t *testing.T, executions executions, token int64) (job.Execution, bool) {
	t.Helper()
	e, ok, err := executions.Begin(t.Context(),
		job.Execution{ID: uuid.NewString(), Job: report, Window: window, Trigger: job.Cron, Fence: token})
	require.NoError(t, err)
	return e, ok
}

func TestJobExecutions_SameWindow_OneRunningOrSucceeded(t *testing.T) {
	t.Parallel()
	executions := newExecutions(t)
	token := executions.lock(t)
	var begun atomic.Int64
	var first atomic.Value
	var racing sync.WaitGroup
	for range 8 {
		racing.Go(func() {
			if e, ok := begins(t, executions, token); ok {
				begun.Add(1)
				first.Store(e)
			}
		})
	}
	racing.Wait()
	require.EqualValues(t, 1, begun.Load())

	e := first.Load().(job.Execution)
	e.Status, e.Result = job.Succeeded, json.RawMessage(`{"key": "a"}`)
	done, ok, err := executions.Finish(t.Context(), e)
	require.NoError(t, err)
	require.True(t, ok)
	assert.False(t, done.FinishedAt.Before(done.StartedAt))

	_, ok = begins(t, executions, executions.lock(t))
	assert.False(t, ok, "a window that is done cannot begin again")
	found, ok, err := executions.FindSucceeded(t.Context(), report, window)
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, done, found)
	_, ok, err = executions.FindSucceeded(t.Context(), report, "2026-11-21")
	require.NoError(t, err)
	assert.False(t, ok)
}

func TestFence_OlderToken_IsRejected(t *testing.T) {
	t.Parallel()
	executions := newExecutions(t)
	frozen := executions.lock(t)
	slept, ok := begins(t, executions, frozen)
	require.True(t, ok)
	require.NoError(t, executions.CloseAbandoned(t.Context(), report, window, frozen))
	_, ok = begins(t, executions, frozen)
	require.False(t, ok, "the holder of the lock is not abandoned")

	newest := executions.lock(t)

	slept.Status = job.Succeeded
	_, stored, err := executions.Finish(t.Context(), slept)
	require.NoError(t, err)
	assert.False(t, stored, "a frozen holder must not succeed once the lock has another")
	require.NoError(t, executions.CloseAbandoned(t.Context(), report, window, newest))
	_, ok = begins(t, executions, frozen)
	assert.False(t, ok, "nor begin")
	next, ok := begins(t, executions, newest)
	require.True(t, ok)
	assert.Equal(t, 2, next.Attempt)
	require.NoError(t, executions.CloseAbandoned(t.Context(), report, window, frozen))
	next.Status = job.Succeeded
	_, stored, err = executions.Finish(t.Context(), next)
	require.NoError(t, err)
	assert.True(t, stored, "nor close the execution of the newest holder")

	closed, _, err := executions.Get(t.Context(), report, slept.ID)
	require.NoError(t, err)
	assert.Equal(t, job.Failed, closed.Status)
	assert.Contains(t, closed.Error, "abandoned")
}

func TestExecutionsAreListedTheLastFirst(t *testing.T) {
	t.Parallel()
	executions := newExecutions(t)
	var ids []string
	token := executions.lock(t)
	for range 3 {
		e, ok := begins(t, executions, token)
		require.True(t, ok)
		e.Status, e.Error = job.Failed, "no storage"
		_, _, err := executions.Finish(t.Context(), e)
		require.NoError(t, err)
		ids = append(ids, e.ID)
	}

	page, err := executions.List(t.Context(), report, 1, 5)
	require.NoError(t, err)
	total, err := executions.Count(t.Context(), report)
	require.NoError(t, err)

	require.Len(t, page, 2)
	assert.Equal(t, []string{ids[1], ids[0]}, []string{page[0].ID, page[1].ID})
	assert.EqualValues(t, 3, total)
	_, ok, err := executions.Get(t.Context(), "another_job", ids[0])
	require.NoError(t, err)
	assert.False(t, ok, "an execution belongs to its job")
}
