package worker_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"shop/platform/job"
	"shop/platform/redislock"
	"shop/platform/redistest"
	"shop/platform/worker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const window = "2026-11-20"

// config has a lock that expires within a test. Executions of the tests are shorter.
var config = job.Config{
	LockTTL: 1500 * time.Millisecond, Timeout: time.Minute, FinishTimeout: 5 * time.Second, RetryInterval: 20 * time.Millisecond, RetryLimit: 200,
}

// memory is a History in memory, with the fencing tokens that it checks.
type memory struct {
	mu   sync.Mutex
	rows []job.Execution
	// fences are the newest tokens by lock.
	fences map[string]int64
	// broken is the error that every call returns, if it is set.
	broken error
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = err
}

func (m *memory) FindSucceeded(_ context.Context, name, window string) (job.Execution, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.rows {
		if e.Job == name && e.Window == window && e.Status == job.Succeeded {
			return e, true, m.broken
		}
	}
	return job.Execution{}, false, m.broken
}

// Next implements lock.Fences.
func (m *memory) Next(_ context.Context, key string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fences == nil {
		m.fences = make(map[string]int64)
	}
	m.fences[key]++
	return m.fences[key], nil
}

func (m *memory) CloseAbandoned(_ context.Context, name, window string, fence int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, e := range m.rows {
		if e.Job == name && e.Window == window && e.Status == job.Running && e.Fence < fence {
			m.rows[i].Status, m.rows[i].Error = job.Failed, "abandoned"
		}
	}
	return m.broken
}

func (m *memory) Begin(_ context.Context, e job.Execution) (job.Execution, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e.Attempt, e.StartedAt = 1, time.Now()
	if e.Fence != m.fences[job.LockKey(e.Job, e.Window)] {
		return job.Execution{}, false, m.broken
	}
	for _, other := range m.rows {
		if other.Job != e.Job || other.Window != e.Window {
			continue
		}
		if other.Status != job.Failed {
			return job.Execution{}, false, m.broken
		}
		e.Attempt++
	}
	m.rows = append(m.rows, e)
	return e, true, m.broken
}

func (m *memory) Finish(_ context.Context, e job.Execution) (job.Execution, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, row := range m.rows {
		if row.ID == e.ID && row.Status == job.Running && row.Fence == m.fences[job.LockKey(row.Job, row.Window)] {
			e.FinishedAt = time.Now()
			m.rows[i] = e
			return e, true, m.broken
		}
	}
	return job.Execution{}, false, m.broken
}

// of returns the executions of a job, oldest first.
func (m *memory) of(name string) (found []job.Execution) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range m.rows {
		if e.Job == name {
			found = append(found, e)
		}
	}
	return found
}

// replica is one process of a service with jobs.
type replica struct {
	*job.Runner
	metrics  *worker.Metrics
	registry *prometheus.Registry
}

func newReplica(t *testing.T, client *redis.Client, history *memory) replica {
	t.Helper()
	return newReplicaWith(t, config, client, history)
}

func newReplicaWith(t *testing.T, cfg job.Config, client *redis.Client, history *memory) replica {
	t.Helper()
	registry := prometheus.NewRegistry()
	metrics := worker.NewMetrics(registry)
	runner := job.NewRunner(cfg, redislock.New(client, redislock.Config{Expiry: cfg.LockTTL, UnlockTimeout: cfg.FinishTimeout}, history), history, metrics)
	t.Cleanup(func() { stop(t, runner) })
	return replica{Runner: runner, metrics: metrics, registry: registry}
}

// stop uses a context of its own: the one of the test is over when the cleanup runs.
func stop(t *testing.T, stopper interface{ Stop(context.Context) error }) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(t, stopper.Stop(ctx))
}

// newJob returns a job with a name, and so with locks, that no other test has.
func newJob(run func(ctx context.Context, window string) (any, error)) job.Job {
	return job.Job{
		Name: "job-" + uuid.NewString(), Run: run,
		Latest: func(time.Time) string { return window },
	}
}

func fixture(t *testing.T) (*redis.Client, *memory, replica) {
	t.Helper()
	client, history := redistest.New(t), &memory{}
	return client, history, newReplica(t, client, history)
}

// counted returns the job_execution_total of a status.
func counted(t *testing.T, r replica, status string) (count float64) {
	t.Helper()
	families, err := r.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			for _, label := range metric.GetLabel() {
				if family.GetName() == "job_execution_total" && label.GetName() == "status" && label.GetValue() == status {
					count += metric.GetCounter().GetValue()
				}
			}
		}
	}
	return count
}
