package publisher_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/publisher"
	"shop/order/internal/service/saga"
	"shop/platform/postgres"
)

const (
	zzpOrder   = "11111111-1111-4111-8111-111111111111"
	zzpFailed  = "order.saga.failed"
	zzpSettled = "order.saga.settled"
	zzpTook    = 90 * time.Second
)

var errZZP = errors.New("the checker says no")

// zzpReport is a report and where it goes.
type zzpReport struct {
	t   *testing.T
	at  string
	log *zzpLog
	s   *saga.Saga
	p   *publisher.Sagas

	mu      sync.Mutex
	counted []string
}

func zzpNew(t *testing.T, at string, status saga.Status) *zzpReport {
	now := time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)
	r := &zzpReport{t: t, at: at, log: &zzpLog{}}
	r.s = &saga.Saga{
		ID: "saga-of-tea", Type: saga.CreateOrder, Status: status, CurrentStep: saga.ReserveInventory, StartedAt: now.Add(-zzpTook),
		Failure: saga.Failure{Code: domain.CancelByBuyer, Reason: "changed my mind"}, Order: domain.RestoreOrder(domain.Snapshot{ID: zzpOrder}),
		Steps: []saga.StepState{
			{Name: saga.ReserveInventory, Status: saga.StepCompensating, Error: "inventory was silent"},
			{Name: saga.DeductBalance, Status: saga.StepCompensated, Error: "wallet was slow"},
		},
	}
	if status != saga.Failed {
		r.s.Steps[0].Error = ""
	}
	r.p = publisher.NewSagas(r, func() time.Time { return now })
	return r
}

// SagaSettled implements publisher.SagaMetrics.
func (r *zzpReport) SagaSettled(sagaType string, status saga.Status, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counted = append(r.counted, fmt.Sprintf("%s %s after %s", sagaType, status, took))
}

func (r *zzpReport) fail(id, sentence, expected, seen, why string) {
	r.t.Helper()
	zzpFail(r.t, id, sentence+": "+r.at, expected, seen, why)
}

func (r *zzpReport) mustBeSilent(moment string) {
	r.t.Helper()
	if n := len(r.log.lines(zzpFailed, "")) + len(r.log.lines(zzpSettled, "")); n > 0 || len(r.counted) > 0 {
		r.fail("early", "the end of the saga is reported "+moment, "nothing logged, nothing counted",
			fmt.Sprintf("counted %v; %s", r.counted, r.log.text()), "a transaction may fail at its commit and run again: what it says before is not true yet")
	}
}

func (r *zzpReport) mustReport(event, other, level string, fields map[string]string) {
	r.t.Helper()
	lines := r.log.lines(event, zzpOrder)
	wrong := len(r.log.lines(other, ""))
	switch {
	case len(lines) == 0:
		r.fail("unsaid", "the end of the saga is not in the log", event+" with its order_id", r.log.text(), "alerts and operators see sagas only by what is reported")
	case len(lines) > 1 || wrong > 0:
		r.fail("twice", "the end of the saga is reported more than once", event+" once, and no "+other, r.log.text(), "each line is one alert")
	}
	fields["saga_type"], fields["saga_id"], fields["level"] = r.s.Type, r.s.ID, level
	for name, want := range fields {
		if got := fmt.Sprint(lines[0][name]); got != want {
			id := "fields"
			if name == "reason" {
				id = "reason"
			}
			r.fail(id, "the line "+event+" does not say what it should", fmt.Sprintf("%s %q", name, want), fmt.Sprint(lines[0]), "it tells an operator where to begin")
		}
	}
	want := []string{fmt.Sprintf("%s %s after %s", r.s.Type, r.s.Status, zzpTook)}
	if fmt.Sprint(r.counted) != fmt.Sprint(want) {
		r.fail("metrics", "the metrics do not count the end of the saga once, with the time since StartedAt", fmt.Sprint(want), fmt.Sprint(r.counted),
			"the rate of failed sagas is an alert")
	}
}

// commit settles the saga in a transaction; each run of it ends as ends says.
func (r *zzpReport) commit(ends ...error) error {
	run := 0
	return zzpTransactions(r.t).WithTx(r.log.into(r.t.Context()), func(ctx context.Context) error {
		r.p.SagaSettled(ctx, r.s)
		r.mustBeSilent("before the transaction has committed")
		run++
		return ends[min(run, len(ends))-1]
	})
}

func TestZZSagaReport(t *testing.T) {
	for _, status := range []saga.Status{saga.Completed, saga.Compensated} {
		r := zzpNew(t, "a saga that ended as "+string(status), status)
		if err := r.commit(nil); err != nil {
			t.Skipf("commit: %v", err)
		}
		r.mustReport(zzpSettled, zzpFailed, "info", map[string]string{"status": string(status)})
	}
	r := zzpNew(t, "a saga that has failed", saga.Failed)
	if err := r.commit(nil); err != nil {
		t.Skipf("commit: %v", err)
	}
	r.mustReport(zzpFailed, zzpSettled, "error", map[string]string{"step": saga.ReserveInventory, "reason": "inventory was silent"})

	r = zzpNew(t, "a cancellation that has failed at its last step, in a transaction that ran twice", saga.Failed)
	r.s.Type, r.s.CurrentStep = saga.CancelOrder, saga.ReleaseInventory
	r.s.Steps = []saga.StepState{
		{Name: saga.RefundBalance, Status: saga.StepDone}, {Name: saga.ReleaseInventory, Status: saga.StepStarted, Error: "no reply in time"},
	}
	if err := r.commit(postgres.ErrStale, nil); err != nil {
		t.Skipf("commit: %v", err)
	}
	r.mustReport(zzpFailed, zzpSettled, "error", map[string]string{"step": saga.ReleaseInventory, "reason": "no reply in time"})

	r = zzpNew(t, "a saga whose transaction was rolled back", saga.Failed)
	if err := r.commit(errZZP); err == nil {
		t.Skip("the transaction was not rolled back")
	}
	r.mustBeSilent("although its transaction was rolled back")
}
