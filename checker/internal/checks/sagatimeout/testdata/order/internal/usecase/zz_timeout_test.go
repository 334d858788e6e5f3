package usecase_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/postgres"
)

const (
	zztTimedOut      = "order.saga.timed_out"
	zztTimeoutFailed = "order.saga.timeout_failed"
)

var (
	errZZT      = errors.New("the checker says no")
	errZZTCount = errors.New("the checker does not count")
)

// zztMonitor is all that the use case works with.
type zztMonitor struct {
	usecase.Sagas
	usecase.OpenSagas
	t   *testing.T
	at  string
	cfg usecase.TimeoutConfig
	tx  *zztManager
	log *zztLog

	stale             []string
	listErr, countErr error
	noMore            map[string]int   // from this run on a reply was faster; 0: never
	hangs             string           // the transaction of this order stands still until its context ends
	broken            map[string]error // of Sagas.TimeOut
	brokenLock        map[string]error // of LockStale
	began             time.Time

	mu      sync.Mutex
	locks   map[string]int
	moves   map[string]int
	gauge   int       // how often it was set
	early   string    // an order that was not committed or rolled back when the gauge was set
	hungTil time.Time // when the context of the one that stands still ended
	limits  map[string]time.Time
	locked  map[string]time.Time // when it was locked first
}

func zztNew(t *testing.T, at string, stale ...string) *zztMonitor {
	return &zztMonitor{
		t: t, at: at, tx: zztTransactions(t), log: &zztLog{}, stale: stale, noMore: map[string]int{}, broken: map[string]error{},
		brokenLock: map[string]error{}, locks: map[string]int{}, moves: map[string]int{}, limits: map[string]time.Time{}, locked: map[string]time.Time{},
		cfg: usecase.TimeoutConfig{Interval: time.Minute, StaleAfter: 10 * time.Minute, QueryTimeout: 5 * time.Minute, Batch: 100},
	}
}

func (m *zztMonitor) fail(id, sentence, expected, seen, why string) {
	m.t.Helper()
	zztFail(m.t, id, sentence+": "+m.at, expected, seen, why)
}

func (m *zztMonitor) scan() (int, error) {
	m.began = time.Now()
	return usecase.NewTimeOutSagas(m.cfg, m.tx, m, m, zztGauge{m}).Execute(m.log.into(m.t.Context()))
}

// ListStale implements usecase.OpenSagas.
func (m *zztMonitor) ListStale(context.Context, time.Duration, int) ([]string, error) {
	return slices.Clone(m.stale), m.listErr
}

// Lock implements usecase.OpenSagas: it returns a saga of any age.
func (m *zztMonitor) Lock(context.Context, string) (*saga.Saga, error) {
	m.fail("reply-lost", "a saga is locked without a look at its age", "LockStale", "Lock",
		"between the list and the lock the reply may come: a saga that waits for its next reply would be undone")
	return nil, saga.ErrNotFound
}

// LockStale implements usecase.OpenSagas.
func (m *zztMonitor) LockStale(ctx context.Context, orderID string, staleAfter time.Duration) (*saga.Saga, error) {
	tx := zztCurrent(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.locks[orderID]++
	if m.locks[orderID] == 1 {
		m.locked[orderID] = time.Now()
	}
	m.limits[orderID], _ = ctx.Deadline()
	switch given := m.limits[orderID].Sub(m.locked[orderID]); {
	case given > m.cfg.QueryTimeout:
		m.fail("limit", "a saga has more time than SAGA_SCAN_QUERY_TIMEOUT", m.cfg.QueryTimeout.String(),
			fmt.Sprintf("%s, in run %d of its transaction", given, m.locks[orderID]), "no caller waits here whose deadline could end it")
	case tx == nil:
		m.fail("transaction", "a saga is locked outside of a transaction", "LockStale within u.tx.WithTx", "no transaction", "the lock ends at once")
	case staleAfter != m.cfg.StaleAfter:
		m.fail("reply-lost", "a saga is locked with another age than SAGA_STALE_AFTER", m.cfg.StaleAfter.String(), staleAfter.String(),
			"a saga whose reply has come after the list was read would be moved")
	case m.noMore[orderID] > 0 && m.locks[orderID] >= m.noMore[orderID]:
		return nil, fmt.Errorf("lock the saga of order %s: %w", orderID, saga.ErrNotFound)
	case m.brokenLock[orderID] != nil:
		return nil, m.brokenLock[orderID]
	}
	if orderID == m.hangs {
		if m.limits[orderID].IsZero() {
			m.fail("hangs", "a transaction that stands still stops all scans", "a limit of QueryTimeout", "its context has no deadline",
				"no caller waits here whose deadline could end it")
		}
		m.mu.Unlock()
		<-ctx.Done()
		m.mu.Lock()
		m.hungTil = time.Now()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	tx.locked = append(tx.locked, orderID)
	return &saga.Saga{ID: "saga-of-" + orderID, Type: saga.CreateOrder, Status: saga.Running}, nil
}

// TimeOut implements usecase.Sagas. Each run of a transaction sets another status.
func (m *zztMonitor) TimeOut(ctx context.Context, s *saga.Saga) error {
	orderID := strings.TrimPrefix(s.ID, "saga-of-")
	m.mu.Lock()
	defer m.mu.Unlock()
	if tx := zztCurrent(ctx); tx == nil || !slices.Contains(tx.locked, orderID) {
		m.fail("transaction", "a saga is moved outside of the transaction that has locked it", "both in one u.tx.WithTx", "two transactions, or none",
			"between the two a reply may move the saga")
	}
	m.moves[orderID]++
	if err := m.broken[orderID]; err != nil {
		return err
	}
	s.Status = saga.Status(fmt.Sprintf("MOVED_%d", m.moves[orderID]))
	return nil
}

// CountOpen implements usecase.OpenSagas.
func (m *zztMonitor) CountOpen(context.Context) ([]saga.Count, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range m.stale {
		if m.locks[id] == 0 && m.listErr == nil {
			m.early = id
		}
	}
	if m.countErr != nil {
		return nil, m.countErr
	}
	return []saga.Count{{Type: saga.CreateOrder, Status: saga.Compensating, N: 1}}, nil
}

type zztGauge struct{ m *zztMonitor }

// OpenSagas implements usecase.SagaGauge.
func (g zztGauge) OpenSagas([]saga.Count) { g.m.gauge++ }

// mustMove fails unless these sagas, and no others, were moved, counted, and reported with the status of the committed run.
func (m *zztMonitor) mustMove(moved int, err error, want map[string]string) {
	m.t.Helper()
	for _, id := range m.stale {
		if _, wanted := want[id]; wanted && !m.tx.committed(id) {
			m.fail("others", "a stale saga was not moved", "the saga of order "+id+" is moved", fmt.Sprintf("moved %d, error %v; %s", moved, err, m.log.text()),
				"what is wrong with one saga must not keep the scan from the others: it is stale at every scan")
		}
	}
	for _, id := range m.stale {
		status, wanted := want[id]
		lines := m.log.lines(zztTimedOut, id)
		switch {
		case !wanted && len(lines) > 0:
			m.fail("log", "the log says that a saga has timed out which was not moved", "no "+zztTimedOut+" about order "+id, fmt.Sprint(lines),
				"an operator believes the log: the line is true only when the transaction has committed")
		case wanted && len(lines) != 1:
			m.fail("log", "a timeout is not in the log once", "one line "+zztTimedOut+" about order "+id, fmt.Sprintf("%d; %s", len(lines), m.log.text()),
				"a transaction may run again after a conflict: what is logged in it is not undone")
		case wanted:
			m.mustSay(lines[0], map[string]string{
				"level": "warn", "saga_type": saga.CreateOrder, "saga_id": "saga-of-" + id, "order_id": id, "status": status,
			})
		}
	}
	if moved != len(want) {
		m.fail("count", "the scan returns another number of sagas than it has moved", fmt.Sprint(len(want)), fmt.Sprint(moved),
			"a saga that a reply or another replica has moved, or that cannot be moved, does not count")
	}
	if m.countErr == nil && err != nil {
		m.fail("scan-error", "Execute returns an error although it could list and count", "nil", err.Error(),
			"scan_failed says that the monitor cannot look; a saga that cannot be moved has a line of its own")
	}
	if m.countErr == nil && m.gauge == 0 || m.early != "" {
		m.fail("not-counted", "the open sagas are not counted at the end of the scan", "u.showOpen after the last saga, also if none was moved",
			fmt.Sprintf("the gauge was set %d times; the scan had not come to order %q", m.gauge, m.early), "the gauge keeps its old value, and the alert with it")
	}
}

func (m *zztMonitor) mustSay(line map[string]any, fields map[string]string) {
	m.t.Helper()
	for name, want := range fields {
		if got := fmt.Sprint(line[name]); got != want {
			m.fail("log", fmt.Sprintf("the line %s is incomplete", line["event"]), fmt.Sprintf("%s %q", name, want), fmt.Sprint(line),
				"an operator finds the saga by it")
		}
	}
}

// mustReport fails unless a saga that cannot be moved is in the log once.
func (m *zztMonitor) mustReport(id string, cause error) {
	m.t.Helper()
	lines := m.log.lines(zztTimeoutFailed, id)
	if len(lines) != 1 || lines[0]["level"] != "warn" || !strings.Contains(fmt.Sprint(lines[0]["error"]), cause.Error()) {
		m.fail("unsaid", "a saga that cannot be moved is not reported", "one warning "+zztTimeoutFailed+" with order_id "+id+" and the error "+cause.Error(),
			m.log.text(), "without it no one knows that the saga is there")
	}
}

func (m *zztMonitor) mustNotReport(why string) {
	m.t.Helper()
	if lines := m.log.lines(zztTimeoutFailed, ""); len(lines) > 0 {
		m.fail("false-alarm", "the log says that a saga cannot be moved, and nothing was wrong with it", "no "+zztTimeoutFailed, fmt.Sprint(lines[0]), why)
	}
}

func TestZZTimeoutScan(t *testing.T) {
	first := "MOVED_1"
	m := zztNew(t, "three sagas are stale", zztTea, zztCoffee, zztCocoa)
	moved, err := m.scan()
	m.mustMove(moved, err, map[string]string{zztTea: first, zztCoffee: first, zztCocoa: first})
	m.mustNotReport("all of them were moved")

	m = zztNew(t, "a reply came to the second of three between the list and the lock", zztTea, zztCoffee, zztCocoa)
	m.noMore[zztCoffee] = 1
	moved, err = m.scan()
	m.mustMove(moved, err, map[string]string{zztTea: first, zztCocoa: first})
	m.mustNotReport("a reply or another replica was faster: that happens every day and needs no operator")

	for _, order := range []string{zztTea, zztCoffee} {
		m = zztNew(t, "one of three cannot be moved", zztTea, zztCoffee, zztCocoa)
		m.broken[order] = errZZT
		moved, err = m.scan()
		want := map[string]string{zztTea: first, zztCoffee: first, zztCocoa: first}
		delete(want, order)
		m.mustMove(moved, err, want)
		m.mustReport(order, errZZT)
	}

	m = zztNew(t, "one of two cannot be locked", zztTea, zztCoffee)
	m.brokenLock[zztTea] = errZZT
	moved, err = m.scan()
	m.mustMove(moved, err, map[string]string{zztCoffee: first})
	m.mustReport(zztTea, errZZT)

	m = zztNew(t, "no saga is stale")
	moved, err = m.scan()
	m.mustMove(moved, err, nil)
}

func TestZZTimeoutCommit(t *testing.T) {
	m := zztNew(t, "the transaction of one fails at its commit with a conflict and runs again", zztTea, zztCoffee)
	m.tx.commits[zztTea] = []error{postgres.ErrStale}
	moved, err := m.scan()
	m.mustMove(moved, err, map[string]string{zztTea: "MOVED_2", zztCoffee: "MOVED_1"})

	m = zztNew(t, "a commit fails with a conflict, and when it runs again the reply has come", zztTea, zztCoffee)
	m.tx.commits[zztTea] = []error{postgres.ErrStale}
	m.noMore[zztTea] = 2
	moved, err = m.scan()
	m.mustMove(moved, err, map[string]string{zztCoffee: "MOVED_1"})
	m.mustNotReport("the reply was faster: that happens every day and needs no operator")

	m = zztNew(t, "the commit of one fails", zztTea, zztCoffee)
	m.tx.commits[zztTea] = []error{errZZT}
	moved, err = m.scan()
	m.mustMove(moved, err, map[string]string{zztCoffee: "MOVED_1"})
	m.mustReport(zztTea, errZZT)
}

func TestZZTimeoutLimit(t *testing.T) {
	m := zztNew(t, "the transaction of the first of two stands still", zztTea, zztCoffee)
	m.cfg.QueryTimeout, m.hangs = 500*time.Millisecond, zztTea
	m.scan()
	for _, id := range []string{zztTea, zztCoffee} {
		limit := m.limits[id]
		// The limit is set after the scan has begun, so an earlier deadline is a shorter limit.
		if m.locks[id] > 0 && !limit.IsZero() && limit.Before(m.began.Add(m.cfg.QueryTimeout)) {
			m.fail("limit", "a saga has less time than SAGA_SCAN_QUERY_TIMEOUT", m.cfg.QueryTimeout.String(), limit.Sub(m.began).String(), "each saga has this time for itself")
		}
	}
	if waited := m.hungTil.Sub(m.began); waited > 20*time.Second {
		m.fail("hangs", "a transaction that stands still stops all scans", "it ends after "+m.cfg.QueryTimeout.String(), waited.String(),
			"no caller waits here whose deadline could end it")
	}
	second := m.limits[zztCoffee]
	if !m.tx.committed(zztCoffee) && (m.locks[zztCoffee] == 0 || second.Equal(m.limits[zztTea]) || second.Before(m.hungTil)) {
		m.fail("hangs", "a transaction that stands still uses up the time of the others", "the second saga is moved: it has QueryTimeout for itself",
			"it was not moved; "+m.log.text(), "the same saga would stand still in each scan, and those behind it would never be moved")
	}
}

func TestZZTimeoutErrors(t *testing.T) {
	m := zztNew(t, "the stale sagas cannot be listed", zztTea)
	m.listErr = errZZT
	if moved, err := m.scan(); !errors.Is(err, errZZT) || moved != 0 {
		m.fail("swallowed", "Execute does not return the error", errZZT.Error(), fmt.Sprintf("%d moved, error %v", moved, err),
			"a monitor that cannot look is as good as none: the task logs order.saga.scan_failed only if it gets the error")
	}
	if m.gauge > 0 || len(m.locks) > 0 {
		m.fail("goes-on", "the scan goes on", "the scan ends", fmt.Sprintf("%d sagas locked; the gauge was set %d times", len(m.locks), m.gauge), "nothing is known about the sagas")
	}
	for _, at := range []string{"", "one saga was moved"} {
		m = zztNew(t, "the open sagas cannot be counted; "+at)
		want := map[string]string{}
		if at != "" {
			m.stale, want[zztTea] = []string{zztTea}, "MOVED_1"
		}
		m.countErr = errZZTCount
		moved, err := m.scan()
		if !errors.Is(err, errZZTCount) {
			m.fail("swallowed", "Execute does not return the error", errZZTCount.Error(), fmt.Sprint(err),
				"the gauges keep their old values, and no one would know: the task logs order.saga.scan_failed only if it gets the error")
		}
		m.mustMove(moved, err, want)
	}
}
