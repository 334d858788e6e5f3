package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/platform/errs"
)

type zzaFailure struct{ id, sentence, expected, seen, why string }

func zzaFail(t *testing.T, f zzaFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func TestZZAsyncAnswer(t *testing.T) {
	for _, judge := range []func(*testing.T){zzaInTime, zzaTooLate, zzaGone, zzaUnsettled, zzaTaken} {
		if !t.Failed() {
			synctest.Test(t, judge)
		}
	}
}

// zzaRuns is a driver of sagas that does what the test says.
type zzaRuns struct {
	takes time.Duration
	err   error

	begun int
	ended time.Duration // after this time, if its context had not ended
	begin time.Time
}

func (r *zzaRuns) Run(ctx context.Context, s *saga.Saga) error {
	r.begun++
	timer := time.NewTimer(r.takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		r.ended = time.Since(r.begin)
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.err == nil {
		s.Settle(saga.Completed, json.RawMessage(`"the answer"`))
	}
	return r.err
}

// zzaDrive calls drive for a saga and says what came back, and when.
func zzaDrive(t *testing.T, ctx context.Context, runs *zzaRuns) (answer string, took time.Duration, err error) {
	t.Helper()
	runs.begin = time.Now()
	background := saga.NewBackground(runs)
	price, err := domain.NewMoney(500, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	item, err := domain.NewItem("tea", 1, price)
	if err != nil {
		t.Fatal(err)
	}
	order, err := domain.NewOrder(newID(), newID(), []domain.Item{item}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	requests := NewSagaRequests(AnswerConfig{Margin: 300 * time.Millisecond, Poll: 50 * time.Millisecond, PollMax: time.Second}, nil, nil, nil, background, nil)
	raw, err := requests.drive(ctx, saga.NewPurchase(order, saga.Request{Scope: "order.create", Key: "key"}))
	took = time.Since(runs.begin)
	_ = background.Wait(context.WithoutCancel(ctx))
	if runs.begun != 1 {
		zzaFail(t, zzaFailure{"once", "drive did not run the saga once", "1 run", fmt.Sprint(runs.begun), "a saga has one driver"})
	}
	return string(raw), took, err
}

// zzaInTime judges a saga that ends while the buyer waits.
func zzaInTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	answer, took, err := zzaDrive(t, ctx, &zzaRuns{takes: 2 * time.Second})
	if answer != `"the answer"` || took != 2*time.Second || err != nil {
		zzaFail(t, zzaFailure{"in-time", "the saga ends after 2s, the buyer waits for 10s", "its answer, after 2s", fmt.Sprintf("%q after %v, the error %v", answer, took, err),
			"an answer that is there in time is the answer: polling costs the buyer time, IN_PROGRESS a second request"})
	}
}

func zzaIsInProgress(err error) bool {
	e := errs.From(err)
	return e != nil && e.Code == errs.Aborted && e.Reason == "IN_PROGRESS"
}

// zzaTooLate judges a saga that takes longer than the buyer can wait.
func zzaTooLate(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	runs := &zzaRuns{takes: 14 * time.Second}
	answer, took, err := zzaDrive(t, ctx, runs)
	if took != 10*time.Second {
		zzaFail(t, zzaFailure{"late", "the saga takes 14s, the time of the request ends after 10s", "an answer after 10s", fmt.Sprintf("%v after %v", err, took),
			"the gateway has given up by then, and the buyer gets a timeout that says nothing about the order"})
	}
	if answer != "" || !zzaIsInProgress(err) {
		zzaFail(t, zzaFailure{"in-progress", "the time of the request is over, and the saga is not", "no answer, and the error that inProgress makes", fmt.Sprintf("%q, %v", answer, err),
			"IN_PROGRESS says: repeat the request with the same key. Any other error invites a second order"})
	}
	if runs.ended != 14*time.Second {
		zzaFail(t, zzaFailure{"goes-on", "the time of the request is over, and the saga was ended with it", "the saga goes on, and ends after 14s", "its context has ended",
			"a purchase that succeeds a moment later is undone because its buyer waits no more"})
	}
}

// zzaGone judges a buyer who hangs up.
func zzaGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	time.AfterFunc(time.Second, cancel)
	runs := &zzaRuns{takes: 3 * time.Second}
	_, took, err := zzaDrive(t, ctx, runs)
	if took != time.Second || !zzaIsInProgress(err) {
		zzaFail(t, zzaFailure{"late", "the buyer hangs up after 1s", "IN_PROGRESS after 1s", fmt.Sprintf("%v after %v", err, took), "a request without a reader holds memory and a goroutine"})
	}
	if runs.ended != 3*time.Second {
		zzaFail(t, zzaFailure{"goes-on", "the buyer hangs up, and the saga was ended with the request", "the saga goes on, and ends after 3s", "its context has ended",
			"a lost connection of a phone is no wish to cancel"})
	}
}

// zzaUnsettled judges a saga that could not be settled.
func zzaUnsettled(t *testing.T) {
	cause := errors.New("the database is away")
	answer, took, err := zzaDrive(t, t.Context(), &zzaRuns{takes: time.Second, err: fmt.Errorf("record saga: %w", cause)})
	if took != time.Second || answer != "" || !zzaIsInProgress(err) {
		zzaFail(t, zzaFailure{"unsettled", "the driver ends with an error after 1s", "IN_PROGRESS after 1s", fmt.Sprintf("%q, %v after %v", answer, err, took),
			"the saga is not settled, and the scanner will finish it: the request has no answer yet"})
	}
	if !errors.Is(err, cause) {
		zzaFail(t, zzaFailure{"cause", "the error does not have the cause", "inProgress(err)", fmt.Sprint(err), "the log is the only place that can say why"})
	}
}

// zzaTaken judges a saga that another worker has claimed.
func zzaTaken(t *testing.T) {
	answer, _, err := zzaDrive(t, t.Context(), &zzaRuns{takes: time.Second, err: fmt.Errorf("record saga: %w", saga.ErrLost)})
	if answer != "" || err != nil {
		zzaFail(t, zzaFailure{"taken", "another worker has claimed the saga", "no answer and no error: the request waits for the other's answer", fmt.Sprintf("%q, %v", answer, err),
			"the answer comes from the worker that has the saga now"})
	}
}
