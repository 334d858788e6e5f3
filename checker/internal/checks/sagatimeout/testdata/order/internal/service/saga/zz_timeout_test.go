package saga_test

import (
	"fmt"
	"testing"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
)

const zztWhyUndo = "the step that had no reply may have happened, or may still happen: it is undone first, and then the steps before it"

func zztTimeOut(e *zztEngine) error { return e.TimeOut(e.t.Context(), e.s) }

var zztBuyer = saga.Failure{Code: domain.CancelByBuyer, Reason: "changed my mind"}

// A purchase that runs is undone.
func TestZZTimeoutUndo(t *testing.T) {
	for _, c := range []struct {
		steps    string
		order    domain.OrderStatus
		step     string
		commands []string
	}{
		{"RESERVE_INVENTORY STARTED", domain.StatusPending, saga.ReserveInventory, []string{"release RESERVE_INVENTORY"}},
		{
			"RESERVE_INVENTORY DONE, DEDUCT_BALANCE STARTED", domain.StatusConfirmed, saga.DeductBalance,
			[]string{"refund DEDUCT_BALANCE", "release RESERVE_INVENTORY"},
		},
	} {
		fresh := func() *zztEngine { return zztSaga(t, saga.CreateOrder, saga.Running, c.order, c.steps, saga.Failure{}) }
		e := fresh()
		if err := zztTimeOut(e); err != nil {
			e.fail("error", "TimeOut returns an error", "nil", err.Error(), "the saga would be stale for ever")
		}
		if e.s.Status == saga.Compensated { // it found nothing to undo
			e.sent(zztWhyUndo, c.commands[0])
		}
		e.is("not-compensating", "its status", string(saga.Compensating), string(e.s.Status),
			"the buyer has waited long enough: what may have been taken is given back")
		e.is("cancelled-early", "the status of its order", fmt.Sprint(int(c.order)), fmt.Sprint(int(e.s.Order.Status())),
			"a buyer who reads CANCELLED believes that their money is back")
		e.sent(zztWhyUndo, c.commands[0])
		e.is("not-compensating", "its current step", c.step+" COMPENSATING", e.step(), "the reply to this compensation moves it on")
		e.is("cancel-code", "the code of its failure", string(domain.CancelUncertain), string(e.s.Failure.Code),
			"no service refused anything and the buyer did not give up: the shop does not know what happened")
		if e.s.Failure.Reason == "" {
			e.fail("no-reason", "its failure has no reason", "a sentence for the buyer", "none", "the buyer reads it in the cancelled order")
		}
		e.saved()
		for _, step := range []string{saga.DeductBalance, saga.ReserveInventory}[2-len(c.commands):] {
			if _, err := e.Apply(t.Context(), e.s, saga.Reply{PurchaseID: zztOrder, Call: saga.Call{Step: step, Compensate: true}}); err != nil {
				e.fail("commands", "the reply to the compensation of "+step+" is an error", "the saga moves on", err.Error(), zztWhyUndo)
			}
		}
		e.at += ", after the replies to its compensations"
		e.sent(zztWhyUndo, c.commands...)
		e.is("not-compensating", "its status", string(saga.Compensated), string(e.s.Status), "everything is undone")
		e.is("cancel-code", "why its order is cancelled", string(domain.CancelUncertain), string(e.s.Order.CancelCode()),
			"the first failure is the reason of the cancellation")
		zztMustReturn(fresh, zztTimeOut, "save", "events", "send")
	}
}

// Everything else fails.
func TestZZTimeoutFail(t *testing.T) {
	for _, c := range []struct {
		sagaType string
		status   saga.Status
		order    domain.OrderStatus
		steps    string
		failure  saga.Failure
	}{
		{saga.CreateOrder, saga.Compensating, domain.StatusConfirmed, "RESERVE_INVENTORY DONE, DEDUCT_BALANCE COMPENSATING", zztBuyer},
		{saga.CreateOrder, saga.Compensating, domain.StatusConfirmed, "RESERVE_INVENTORY COMPENSATING, DEDUCT_BALANCE COMPENSATED", zztBuyer},
		{saga.CreateOrder, saga.Compensating, domain.StatusPending, "RESERVE_INVENTORY COMPENSATING", saga.Failure{Code: domain.CancelUncertain, Reason: "no answer"}},
		{saga.ShipOrder, saga.Running, domain.StatusShipped, "SHIP_STOCK STARTED", saga.Failure{}},
		{saga.CancelOrder, saga.Running, domain.StatusCancelled, "REFUND_BALANCE STARTED", saga.Failure{}},
		{saga.CancelOrder, saga.Running, domain.StatusCancelled, "REFUND_BALANCE DONE, RELEASE_INVENTORY STARTED", saga.Failure{}},
	} {
		fresh := func() *zztEngine { return zztSaga(t, c.sagaType, c.status, c.order, c.steps, c.failure) }
		e := fresh()
		current := e.s.CurrentStep
		if err := zztTimeOut(e); err != nil {
			e.fail("error", "TimeOut returns an error", "nil", err.Error(), "the saga would be stale for ever")
		}
		e.is("not-failed", "its status", string(saga.Failed), string(e.s.Status),
			"it can only be repeated, and a service that has not replied for minutes needs a person to look at it")
		e.sent("whether to repeat the command is for an operator to decide")
		e.is("order-changed", "the status of its order", fmt.Sprint(int(c.order)), fmt.Sprint(int(e.s.Order.Status())), "nothing is known that would change it")
		e.is("step-changed", "its current step", current, e.s.CurrentStep, "resume repeats the command of this step")
		if c.failure != (saga.Failure{}) && e.s.Failure != c.failure {
			e.fail("first-failure", "the reason for its undoing was replaced", fmt.Sprintf("%+v", c.failure), fmt.Sprintf("%+v", e.s.Failure),
				"the first failure stays: the order is cancelled with it")
		}
		if e.s.StepError() == "" || e.s.Failure.Reason == "" {
			e.fail("no-reason", "it does not say why it has failed", "a reason in the step and in the failure", zztText(e.s), "`sagas list` and the log show it to operators")
		}
		if len(e.reports) != 1 || e.reports[0] != saga.Failed {
			e.fail("not-reported", "its failure is not reported once", "SagaSettled with FAILED", fmt.Sprint(e.reports), "e.fail stores and reports it: an operator must know")
		}
		e.saved()
		zztMustReturn(fresh, zztTimeOut, "save")
	}
}

func TestZZTimeoutUnknownStep(t *testing.T) {
	for _, sagaType := range saga.Types() {
		for _, status := range []saga.Status{saga.Running, saga.Compensating} {
			if status == saga.Compensating && sagaType != saga.CreateOrder {
				continue
			}
			e := zztSaga(t, sagaType, status, domain.StatusConfirmed, "RESERVE_INVENTORY DONE", saga.Failure{})
			e.mustNotKnow(e.TimeOut)
		}
	}
}
