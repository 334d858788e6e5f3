package saga

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func zzaConfig() Config {
	return Config{
		Timeout: 15 * time.Second, StepTimeout: 5 * time.Second, CompensationTimeout: 10 * time.Second, RecordTimeout: 5 * time.Second,
		RetryBackoff: 50 * time.Millisecond, RetryBackoffMax: time.Second,
	}
}

func TestZZAsyncBudget(t *testing.T) {
	zzaEach(t, zzaOrdinary, zzaStepFrozen, zzaStepsEach, zzaTotal, zzaRefusal, zzaTakenOver, zzaUnfinished)
}

// zzaOrdinary judges a purchase of which nothing goes wrong.
func zzaOrdinary(t *testing.T) {
	w := newZZAWorld(t, zzaConfig())
	_, err := w.run(t)
	if err != nil || w.saga.Status != Completed || w.made() != ReserveInventory+", "+DeductBalance {
		zzaFail(t, zzaFailure{"ordinary", "a purchase of which nothing goes wrong", "RESERVE_INVENTORY, DEDUCT_BALANCE; the saga is COMPLETED",
			fmt.Sprintf("%s; the saga is %s, the error %v", w.made(), w.saga.Status, err), "a budget must not change what happens in time"})
	}
	if got := w.values[DeductBalance]; got != "trace" {
		zzaFail(t, zzaFailure{"values", "the context of a step has lost the values of the purchase's", "trace", fmt.Sprint(got), "the correlation id and the trace are in them"})
	}
}

// zzaStepFrozen judges one call that is never answered.
func zzaStepFrozen(t *testing.T) {
	for _, timeout := range []time.Duration{5 * time.Second, 700 * time.Millisecond} {
		cfg := zzaConfig()
		cfg.StepTimeout = timeout
		w := newZZAWorld(t, cfg)
		w.reserve = func(ctx context.Context) error { return zzaTakes(ctx, time.Hour) }
		took, err := w.run(t)
		if took != timeout {
			zzaFail(t, zzaFailure{"step", fmt.Sprintf("inventory does not answer, and SAGA_STEP_TIMEOUT is %v", timeout), "the purchase is undone after " + timeout.String(),
				fmt.Sprintf("after %v (the call had: %s)", took, w.left[ReserveInventory]), "a frozen service holds each buyer for as long as the call may take"})
		}
		if err != nil || w.saga.Status != Compensated || !w.did("undo "+ReserveInventory) {
			zzaFail(t, zzaFailure{"undone", "inventory does not answer in time", "the reservation is undone, the saga is COMPENSATED, no error",
				fmt.Sprintf("%s; the saga is %s, the error %v", w.made(), w.saga.Status, err), "a call without an answer may have happened"})
		}
	}
}

// zzaStepsEach judges two calls that are slow, but in time.
func zzaStepsEach(t *testing.T) {
	w := newZZAWorld(t, zzaConfig())
	slow := func(ctx context.Context) error { return zzaTakes(ctx, 4*time.Second) }
	w.reserve, w.deduct = slow, slow
	took, err := w.run(t)
	if took != 8*time.Second || err != nil || w.saga.Status != Completed {
		zzaFail(t, zzaFailure{"each", "two calls of 4s, with 5s for one step and 15s for all", "COMPLETED after 8s",
			fmt.Sprintf("%s after %v, the error %v; the second call had %s", w.saga.Status, took, err, w.left[DeductBalance]),
			"SAGA_STEP_TIMEOUT is the time of one call, counted from its beginning"})
	}
}

// zzaTotal judges what is left for the second call.
func zzaTotal(t *testing.T) {
	cfg := zzaConfig()
	cfg.Timeout = 6 * time.Second
	w := newZZAWorld(t, cfg)
	w.reserve = func(ctx context.Context) error { return zzaTakes(ctx, 4*time.Second) }
	w.deduct = func(ctx context.Context) error { return zzaTakes(ctx, time.Hour) }
	took, err := w.run(t)
	if took != 6*time.Second {
		zzaFail(t, zzaFailure{"total", "the first call takes 4s, the second is not answered, and SAGA_TIMEOUT is 6s", "the purchase is undone after 6s",
			fmt.Sprintf("after %v (the second call had: %s)", took, w.left[DeductBalance]), "SAGA_TIMEOUT is the time of all steps together: the second gets what the first has left"})
	}
	if err != nil || w.saga.Status != Compensated || !w.did("undo "+DeductBalance) || !w.did("undo "+ReserveInventory) {
		zzaFail(t, zzaFailure{"undone", "the time of the purchase is over", "both steps are undone, the saga is COMPENSATED, no error",
			fmt.Sprintf("%s; the saga is %s, the error %v", w.made(), w.saga.Status, err), "the end of the time is where undoing begins"})
	}
}

// zzaRefusal judges a step that is refused, and one whose call is lost.
func zzaRefusal(t *testing.T) {
	for _, problem := range []error{errZZARefused, errZZALost} {
		w := newZZAWorld(t, zzaConfig())
		w.deduct = func(context.Context) error { return problem }
		_, err := w.run(t)
		if err != nil || w.saga.Status != Compensated || !w.did("undo "+ReserveInventory) {
			zzaFail(t, zzaFailure{"undone", fmt.Sprintf("wallet answers: %v", problem), "the reservation is undone, the saga is COMPENSATED, no error",
				fmt.Sprintf("%s; the saga is %s, the error %v", w.made(), w.saga.Status, err), "what is reserved for a purchase that failed cannot be sold"})
		}
		if problem == errZZARefused && w.saga.Failure.Reason != errZZARefused.Message {
			zzaFail(t, zzaFailure{"reason", "the buyer is told another reason than the refusal", errZZARefused.Message, w.saga.Failure.Reason,
				"failureOf(step, err) needs the step that failed, and its error"})
		}
	}
}

// zzaTakenOver judges a driver that has lost its saga.
func zzaTakenOver(t *testing.T) {
	w := newZZAWorld(t, zzaConfig())
	w.lostAt = 1
	_, err := w.run(t)
	if !errors.Is(err, ErrLost) || w.made() != ReserveInventory {
		zzaFail(t, zzaFailure{"lost", "another worker has the saga after the first call", "ErrLost, and no further call",
			fmt.Sprintf("%v; calls: %s", err, w.made()), "two drivers of one saga charge twice, or undo what the other is doing"})
	}
}

// zzaUnfinished judges a purchase that cannot be undone now.
func zzaUnfinished(t *testing.T) {
	w := newZZAWorld(t, zzaConfig())
	w.deduct = func(context.Context) error { return errZZALost }
	w.refund = func(context.Context) error { return errZZALost }
	_, err := w.run(t)
	if err == nil || w.saga.Status != Compensating {
		zzaFail(t, zzaFailure{"unfinished", "wallet is away, and the purchase cannot be undone now", "an error; the saga is COMPENSATING",
			fmt.Sprintf("%v; the saga is %s", err, w.saga.Status), "nil says that the answer of the buyer is stored"})
	}
}
