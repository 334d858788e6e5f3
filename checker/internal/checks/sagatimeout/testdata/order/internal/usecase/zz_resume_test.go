package usecase_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/errs"
	"shop/platform/postgres"
)

const zztResumed = "order.saga.resumed"

// zztOperator is all that ResumeSaga works with.
type zztOperator struct {
	usecase.Sagas
	usecase.OpenSagas
	t   *testing.T
	at  string
	tx  *zztManager
	log *zztLog

	order            string // that has an open saga
	lockErr, moveErr error
	closesAt         int // the run in which the saga is not open any more; 0: never
	locks, resumes   int
	lockedID         string
}

func zztOperating(t *testing.T, at string) *zztOperator {
	return &zztOperator{t: t, at: at, tx: zztTransactions(t), log: &zztLog{}, order: zztTea}
}

func (o *zztOperator) fail(id, sentence, expected, seen, why string) {
	o.t.Helper()
	zztFail(o.t, id, sentence+": "+o.at, expected, seen, why)
}

func (o *zztOperator) resume(id string) error {
	return usecase.NewResumeSaga(o.tx, o, o).Execute(o.log.into(o.t.Context()), id)
}

// Lock implements usecase.OpenSagas.
func (o *zztOperator) Lock(ctx context.Context, orderID string) (*saga.Saga, error) {
	tx := zztCurrent(ctx)
	if tx == nil {
		o.fail("transaction", "the saga is locked outside of a transaction", "Lock within u.tx.WithTx", "no transaction", "the lock ends at once")
	}
	o.locks++
	o.lockedID = orderID
	switch {
	case o.lockErr != nil:
		return nil, o.lockErr
	case orderID != o.order, o.closesAt > 0 && o.locks >= o.closesAt:
		return nil, fmt.Errorf("lock the saga: %w", saga.ErrNotFound)
	}
	tx.locked = append(tx.locked, orderID)
	return &saga.Saga{ID: "saga-of-" + orderID, Type: saga.ShipOrder, Status: saga.Failed, CurrentStep: saga.ShipStock}, nil
}

// LockStale implements usecase.OpenSagas. An operator does not wait until a saga is stale, and a saga that has failed never is.
func (o *zztOperator) LockStale(context.Context, string, time.Duration) (*saga.Saga, error) {
	return nil, saga.ErrNotFound
}

// Resume implements usecase.Sagas.
func (o *zztOperator) Resume(ctx context.Context, s *saga.Saga) error {
	if tx := zztCurrent(ctx); tx == nil || len(tx.locked) == 0 {
		o.fail("transaction", "the saga is resumed outside of the transaction that has locked it", "both in one u.tx.WithTx", "two transactions, or none",
			"between the two a reply may end the saga, and its command would be sent again")
	}
	o.resumes++
	s.Status = saga.Running
	return o.moveErr
}

func (o *zztOperator) mustBeSilent() {
	o.t.Helper()
	if lines := o.log.lines(zztResumed, ""); len(lines) > 0 {
		o.fail("false-report", "the log says that a saga was resumed which was not", "no "+zztResumed, fmt.Sprint(lines[0]), "the operator believes that it goes on")
	}
}

func (o *zztOperator) mustSay(err error) {
	o.t.Helper()
	if err != nil || o.resumes == 0 || !o.tx.committed(o.order) {
		o.fail("refused", "an open saga is not resumed", "Resume is called, the transaction is committed, no error", fmt.Sprintf("Resume was called %d times; error %v", o.resumes, err),
			"every saga that is open can be resumed")
	}
	lines := o.log.lines(zztResumed, o.order)
	if len(lines) != 1 {
		o.fail("log", "the resume is not in the log once", "one line "+zztResumed+" with order_id "+o.order, fmt.Sprintf("%d; %s", len(lines), o.log.text()),
			"a transaction may run again after a conflict, or fail: what is logged in it is not undone")
	}
	for name, want := range map[string]string{
		"level": "info", "saga_type": saga.ShipOrder, "saga_id": "saga-of-" + o.order, "order_id": o.order, "step": saga.ShipStock,
	} {
		if got := fmt.Sprint(lines[0][name]); got != want {
			o.fail("log", "the line "+zztResumed+" is incomplete", fmt.Sprintf("%s %q", name, want), fmt.Sprint(lines[0]), "it says who did what to which saga")
		}
	}
}

func (o *zztOperator) mustNotFind(err error, id string) {
	o.t.Helper()
	message := "order " + id + " has no saga to resume"
	if errs.CodeOf(err) != errs.NotFound || errs.From(err).Reason != "SAGA_NOT_FOUND" || errs.From(err).Message != message {
		o.fail("nothing", "an order without an open saga is not reported as such", "errs.NotFound, SAGA_NOT_FOUND, "+message, fmt.Sprint(err),
			"an operator who mistypes an id must read it")
	}
	o.mustBeSilent()
}

func TestZZSagaResume(t *testing.T) {
	o := zztOperating(t, "the saga of the order is open")
	o.mustSay(o.resume(zztTea))

	o = zztOperating(t, "the id is written in capitals")
	o.order = "abcdefab-abcd-4bcd-8bcd-abcdefabcdef"
	o.mustSay(o.resume(strings.ToUpper(o.order)))

	o = zztOperating(t, "the id is no UUID")
	if err := o.resume("no-uuid"); errs.CodeOf(err) != errs.InvalidInput || o.locks > 0 {
		o.fail("invalid-id", "an id that is none is not refused", "the error of orderID, and no lock", fmt.Sprintf("%v; locked %d times", err, o.locks),
			"an operator who mistypes an id must read it")
	}

	o = zztOperating(t, "the order has no open saga")
	o.mustNotFind(o.resume(zztCoffee), zztCoffee)

	o = zztOperating(t, "the database is away")
	o.lockErr = errZZT
	if err := o.resume(zztTea); !errors.Is(err, errZZT) || errs.CodeOf(err) == errs.NotFound {
		o.fail("swallowed", "the error is not returned", errZZT.Error(), fmt.Sprint(err), "an outage is not the same as an order without a saga")
	}
	o.mustBeSilent()

	o = zztOperating(t, "the saga stands at a step that this version does not know")
	o.moveErr = errZZT
	if err := o.resume(zztTea); !errors.Is(err, errZZT) || o.tx.committed(zztTea) {
		o.fail("swallowed", "the error of Resume is not returned, or the transaction is committed", errZZT.Error(), fmt.Sprint(err),
			"the operator believes that the saga goes on")
	}
	o.mustBeSilent()
}

func TestZZSagaResumeCommit(t *testing.T) {
	o := zztOperating(t, "the commit fails with a conflict, and the transaction runs again")
	o.tx.commits[zztTea] = []error{postgres.ErrStale}
	o.mustSay(o.resume(zztTea))

	o = zztOperating(t, "the commit fails with a conflict: a reply has ended the saga")
	o.tx.commits[zztTea], o.closesAt = []error{postgres.ErrStale}, 2
	o.mustNotFind(o.resume(zztTea), zztTea)

	o = zztOperating(t, "the commit fails")
	o.tx.commits[zztTea] = []error{errZZT}
	if err := o.resume(zztTea); !errors.Is(err, errZZT) {
		o.fail("swallowed", "the error of the transaction is not returned", errZZT.Error(), fmt.Sprint(err), "the operator believes that the saga goes on")
	}
	o.mustBeSilent()
}
