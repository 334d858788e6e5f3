// Hidden checks of the lesson on deadlines. They use only names that the lesson gives. Time in them is that of package synctest: it passes
// only while all goroutines wait.
package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

type zzdFailure struct{ id, sentence, expected, seen, why string }

func zzdFail(t *testing.T, f zzdFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

type zzdKey struct{}

// zzdLeft says how much time a context has.
func zzdLeft(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return "no deadline"
	}
	return time.Until(deadline).String()
}

func TestZZDeadlinesAnswer(t *testing.T) {
	for _, judge := range []func(*testing.T){zzdMargin, zzdWorks, zzdWithoutDeadline, zzdGone} {
		if !t.Failed() {
			synctest.Test(t, judge)
		}
	}
}

// zzdMargin judges how much time the work has.
func zzdMargin(t *testing.T) {
	for _, c := range []struct {
		id                string
		has, margin, gets time.Duration
		why               string
	}{
		{"margin", 10 * time.Second, 300 * time.Millisecond, 9700 * time.Millisecond, "without time to answer, the caller gets silence instead of IN_PROGRESS"},
		{"margin", 10 * time.Second, 2 * time.Second, 8 * time.Second, "the margin is a setting: ANSWER_MARGIN"},
		{"margin", 10 * time.Second, 0, 10 * time.Second, "the margin is a setting: ANSWER_MARGIN"},
		{"quarter", 800 * time.Millisecond, 300 * time.Millisecond, 600 * time.Millisecond, "a margin that takes all of a short deadline leaves no time for the work: each attempt fails"},
		{"quarter", 200 * time.Millisecond, 300 * time.Millisecond, 150 * time.Millisecond, "a margin that takes all of a short deadline leaves no time for the work: each attempt fails"},
	} {
		caller, hangUp := context.WithTimeout(context.WithValue(t.Context(), zzdKey{}, "trace"), c.has)
		defer hangUp()
		ctx, cancel := withMargin(caller, c.margin)
		defer cancel()
		if left := zzdLeft(ctx); left != c.gets.String() {
			zzdFail(t, zzdFailure{c.id, fmt.Sprintf("withMargin with a margin of %v, of a caller that has %v left", c.margin, c.has), "a deadline in " + c.gets.String(), left, c.why})
		}
		if ctx.Value(zzdKey{}) != "trace" {
			zzdFail(t, zzdFailure{"values", "the context of withMargin has lost the values of the caller's", "trace", fmt.Sprint(ctx.Value(zzdKey{})), "the caller, the correlation id and the trace are in them"})
		}
	}
	// What is left counts, not what there was at the beginning.
	caller, hangUp := context.WithTimeout(t.Context(), 10*time.Second)
	defer hangUp()
	time.Sleep(9600 * time.Millisecond)
	ctx, cancel := withMargin(caller, 300*time.Millisecond)
	defer cancel()
	if left := zzdLeft(ctx); left != "300ms" {
		zzdFail(t, zzdFailure{"quarter", "withMargin with a margin of 300ms, in the last 400ms of a caller that had 10s", "a deadline in 300ms", left, "the work gets three quarters of the time that is left"})
	}
}

// zzdWorks judges work that is frozen: it ends with time left to answer.
func zzdWorks(t *testing.T) {
	begin := time.Now()
	caller, hangUp := context.WithTimeout(t.Context(), 10*time.Second)
	defer hangUp()
	ctx, cancel := withMargin(caller, 300*time.Millisecond)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-time.After(time.Hour):
	}
	if took := time.Since(begin); took != 9700*time.Millisecond || !errors.Is(ctx.Err(), context.DeadlineExceeded) || caller.Err() != nil {
		zzdFail(t, zzdFailure{"frozen", "work that waits for a frozen service, with a margin of 300ms, of a caller that waits for 10s",
			"DeadlineExceeded after 9.7s, and a caller that still waits", fmt.Sprintf("%v after %v; the caller: %v", ctx.Err(), took, caller.Err()),
			"the caller that gets no answer does not know whether to repeat the request"})
	}
}

// zzdWithoutDeadline judges a caller that has none.
func zzdWithoutDeadline(t *testing.T) {
	ctx, cancel := withMargin(t.Context(), 300*time.Millisecond)
	if left := zzdLeft(ctx); left != "no deadline" || ctx.Err() != nil {
		zzdFail(t, zzdFailure{"none", "withMargin for a caller without a deadline", "no deadline, and not ended", fmt.Sprintf("%s, %v", left, ctx.Err()), "a margin is a part of the caller's time, not a time limit"})
	}
	cancel()
	if ctx.Err() == nil {
		zzdFail(t, zzdFailure{"released", "cancel of withMargin for a caller without a deadline", "the context has ended", "it has not", "work that was begun with it goes on after the answer"})
	}
}

// zzdGone judges a caller that hangs up, and a use case that has answered.
func zzdGone(t *testing.T) {
	for _, has := range []time.Duration{0, 10 * time.Second} {
		caller, hangUp := context.WithCancel(t.Context())
		defer hangUp()
		if has > 0 {
			var cancel context.CancelFunc
			caller, cancel = context.WithTimeout(caller, has)
			defer cancel()
		}
		ctx, cancel := withMargin(caller, 300*time.Millisecond)
		defer cancel()
		done, finish := withMargin(caller, 300*time.Millisecond)
		finish()
		if done.Err() == nil || caller.Err() != nil {
			zzdFail(t, zzdFailure{"released", "cancel of withMargin, when the use case has answered", "its context has ended, that of the caller has not",
				fmt.Sprintf("%v, %v", done.Err(), caller.Err()), "work that was begun with it goes on after the answer"})
		}
		time.Sleep(time.Second)
		hangUp()
		synctest.Wait()
		if !errors.Is(ctx.Err(), context.Canceled) {
			zzdFail(t, zzdFailure{"gone", "the caller hangs up", "the context of withMargin is canceled", fmt.Sprint(ctx.Err()), "the use case waits for an answer that is not wanted any more"})
		}
	}
}
