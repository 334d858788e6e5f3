package saga_test

import (
	"errors"
	"fmt"
	"testing"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
)

const zztWhyResume = "the command of the current step is the one that the saga waits for: what is done is done, and what is undone stays undone"

func zztResume(e *zztEngine) error { return e.Resume(e.t.Context(), e.s) }

func TestZZResumeCommand(t *testing.T) {
	for _, c := range []struct {
		sagaType string
		status   saga.Status
		order    domain.OrderStatus
		steps    string
		failure  saga.Failure
		becomes  saga.Status
		step     string
		command  string
	}{
		{
			saga.CreateOrder, saga.Running, domain.StatusPending, "RESERVE_INVENTORY STARTED", saga.Failure{},
			saga.Running, "RESERVE_INVENTORY STARTED", "reserve RESERVE_INVENTORY",
		},
		{
			saga.CreateOrder, saga.Running, domain.StatusConfirmed, "RESERVE_INVENTORY DONE, DEDUCT_BALANCE STARTED", saga.Failure{},
			saga.Running, "DEDUCT_BALANCE STARTED", "deduct DEDUCT_BALANCE",
		},
		{
			saga.ShipOrder, saga.Running, domain.StatusShipped, "SHIP_STOCK STARTED", saga.Failure{},
			saga.Running, "SHIP_STOCK STARTED", "ship SHIP_STOCK",
		},
		{
			saga.CreateOrder, saga.Compensating, domain.StatusConfirmed, "RESERVE_INVENTORY DONE, DEDUCT_BALANCE COMPENSATING", zztBuyer,
			saga.Compensating, "DEDUCT_BALANCE COMPENSATING", "refund DEDUCT_BALANCE",
		},
		{
			saga.CreateOrder, saga.Failed, domain.StatusConfirmed, "RESERVE_INVENTORY DONE, DEDUCT_BALANCE COMPENSATING", zztBuyer,
			saga.Compensating, "DEDUCT_BALANCE COMPENSATING", "refund DEDUCT_BALANCE",
		},
		{
			saga.CreateOrder, saga.Failed, domain.StatusConfirmed, "RESERVE_INVENTORY COMPENSATING, DEDUCT_BALANCE COMPENSATED", zztBuyer,
			saga.Compensating, "RESERVE_INVENTORY COMPENSATING", "release RESERVE_INVENTORY",
		},
		{
			saga.ShipOrder, saga.Failed, domain.StatusShipped, "SHIP_STOCK FAILED", saga.Failure{Reason: "no reply in time"},
			saga.Running, "SHIP_STOCK STARTED", "ship SHIP_STOCK",
		},
		{
			saga.CancelOrder, saga.Failed, domain.StatusCancelled, "REFUND_BALANCE UNCERTAIN", saga.Failure{Reason: "no reply in time"},
			saga.Running, "REFUND_BALANCE STARTED", "refund DEDUCT_BALANCE",
		},
		{
			saga.CancelOrder, saga.Failed, domain.StatusCancelled, "REFUND_BALANCE DONE, RELEASE_INVENTORY UNCERTAIN", saga.Failure{Reason: "no reply in time"},
			saga.Running, "RELEASE_INVENTORY STARTED", "release RESERVE_INVENTORY",
		},
	} {
		fresh := func() *zztEngine { return zztSaga(t, c.sagaType, c.status, c.order, c.steps, c.failure) }
		e := fresh()
		if err := zztResume(e); err != nil {
			e.fail("refused", "Resume returns an error", "nil", err.Error(), "every saga that is open can be resumed")
		}
		e.sent(zztWhyResume, c.command)
		e.is("status", "its status after the resume", string(c.becomes), string(e.s.Status),
			"a saga that has failed ignores every reply: it must wait for the one to this command")
		e.is("step", "its current step after the resume", c.step, e.step(), "from here on the command may have happened, and its reply is about this step")
		e.is("order-changed", "the status of its order", fmt.Sprint(int(c.order)), fmt.Sprint(int(e.s.Order.Status())), "only a reply changes it")
		want := c.failure
		if c.becomes == saga.Running {
			want = saga.Failure{}
		}
		switch {
		case e.s.Failure == want:
		case c.becomes == saga.Running:
			e.fail("failure-left", "its failure was not emptied", "no failure: it runs again", fmt.Sprintf("%+v", e.s.Failure), "`sagas list` shows it to operators")
		default:
			e.fail("first-failure", "the reason for its undoing is lost", fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", e.s.Failure),
				"the order is cancelled with it when everything is undone")
		}
		if len(e.reports) > 0 {
			e.fail("reported", "a saga that goes on is reported as settled", "no report", fmt.Sprint(e.reports), "it has not ended")
		}
		e.saved()
		zztMustReturn(fresh, zztResume, "save", "events", "send")
	}
	for _, status := range []saga.Status{saga.Completed, saga.Compensated} {
		e := zztSaga(t, saga.CreateOrder, status, domain.StatusPaid, "RESERVE_INVENTORY DONE, DEDUCT_BALANCE DONE", saga.Failure{})
		before := zztText(e.s)
		if err := zztResume(e); !errors.Is(err, saga.ErrFinished) {
			e.fail("finished", "Resume does not say that there is nothing to send", saga.ErrFinished.Error(), fmt.Sprint(err), "the money would be taken, or given back, once more")
		}
		if len(e.commands)+e.saves > 0 || zztText(e.s) != before {
			e.fail("finished", "it has changed", before, zztText(e.s)+"; sent "+zztList(e.commands), "the saga is over")
		}
	}
}

func TestZZResumeUnknownStep(t *testing.T) {
	for _, status := range []saga.Status{saga.Running, saga.Compensating, saga.Failed} {
		for _, sagaType := range saga.Types() {
			e := zztSaga(t, sagaType, status, domain.StatusConfirmed, "RESERVE_INVENTORY DONE", saga.Failure{})
			e.mustNotKnow(e.Resume)
		}
	}
}
