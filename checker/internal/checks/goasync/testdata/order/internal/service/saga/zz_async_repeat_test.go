package saga

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestZZAsyncRepeat(t *testing.T) {
	zzaEach(t, zzaComesBack, zzaPauses, zzaRandom, zzaNo, zzaEnds, zzaHangsUp, zzaAttempt)
}

// zzaComesBack judges a service that fails twice.
func zzaComesBack(t *testing.T) {
	calls := 0
	err := zzaConfig().retry(t.Context(), func(context.Context) error {
		if calls++; calls <= 2 {
			return errZZALost
		}
		return nil
	})
	if err != nil || calls != 3 {
		zzaFail(t, zzaFailure{"repeat", "a call that fails twice and then succeeds", "3 calls, no error", fmt.Sprintf("%d calls, %v", calls, err),
			"a restart of the other service would leave the purchase to the scanner, and the buyer without an answer"})
	}
}

// zzaPauses judges the pauses between calls that fail.
func zzaPauses(t *testing.T) {
	var at []time.Time
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_ = zzaConfig().retry(ctx, func(context.Context) error {
		if at = append(at, time.Now()); len(at) > 1000 {
			return errZZARefused
		}
		return errZZALost
	})
	backoff := 50 * time.Millisecond
	for i := 1; i < len(at); i++ {
		if pause := at[i].Sub(at[i-1]); pause < backoff/2 || pause > backoff {
			zzaFail(t, zzaFailure{"pause", fmt.Sprintf("the pause before attempt %d, with SAGA_RETRY_BACKOFF=50ms and SAGA_RETRY_BACKOFF_MAX=1s", i+1),
				fmt.Sprintf("from %v to %v", backoff/2, backoff), pause.String(), "too short, and a service that has just come back is struck again; too long, and the buyer waits for nothing"})
		}
		backoff = min(2*backoff, time.Second)
	}
	if len(at) < 8 {
		zzaFail(t, zzaFailure{"repeat", "a call that always fails, within 10s", "8 attempts or more", fmt.Sprint(len(at)), "COMPENSATION_TIMEOUT bounds the repetitions, not a number"})
	}
}

// zzaRandom judges sagas that fail together.
func zzaRandom(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 20 {
		begin, calls := time.Now(), 0
		_ = zzaConfig().retry(t.Context(), func(context.Context) error {
			if calls++; calls <= 4 {
				return errZZALost
			}
			return nil
		})
		seen[time.Since(begin)] = true
	}
	if len(seen) < 5 {
		zzaFail(t, zzaFailure{"random", "20 sagas whose calls fail at the same time", "pauses that differ", fmt.Sprintf("%d different times of the fifth attempt", len(seen)),
			"all sagas that were interrupted by one restart come back together, and again together"})
	}
}

// zzaNo judges a refusal.
func zzaNo(t *testing.T) {
	calls := 0
	err := zzaConfig().retry(t.Context(), func(context.Context) error {
		if calls++; calls > 5 {
			return nil
		}
		return errZZARefused
	})
	if calls != 1 || !errors.Is(err, errZZARefused) {
		zzaFail(t, zzaFailure{"refused", "a call that is refused", "1 call, and the refusal", fmt.Sprintf("%d calls, %v", calls, err), "a refusal is an answer: the same question gets it again"})
	}
}

// zzaEnds judges the time of all attempts together, in pauses and in calls.
func zzaEnds(t *testing.T) {
	for _, c := range []struct {
		what string
		call func(ctx context.Context) error
	}{
		{"a call that fails at once", func(context.Context) error { return errZZALost }},
		{"a call that fails after 5s at the latest", func(ctx context.Context) error { _ = zzaTakes(ctx, 5*time.Second); return errZZALost }},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
		begin, calls := time.Now(), 0
		err := zzaConfig().retry(ctx, func(ctx context.Context) error {
			if calls++; calls > 1000 {
				return nil
			}
			return c.call(ctx)
		})
		cancel()
		if took := time.Since(begin); took != 12*time.Second {
			zzaFail(t, zzaFailure{"end", c.what + ", and 12s for all attempts", "retry returns after 12s", fmt.Sprintf("after %v and %d calls, with %v", took, calls, err),
				"the buyer waits for the undoing: it must end with its time, also in the middle of a pause"})
		}
		if !errors.Is(err, errZZALost) {
			zzaFail(t, zzaFailure{"cause", c.what + ", and the time for all attempts is over", "the last error of the call", fmt.Sprint(err),
				"the log says that the time was over, and not why"})
		}
	}
}

// zzaHangsUp judges a context that is cancelled during a pause.
func zzaHangsUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cfg := zzaConfig()
	cfg.RetryBackoff, cfg.RetryBackoffMax = time.Minute, time.Minute
	time.AfterFunc(time.Second, cancel)
	begin, calls := time.Now(), 0
	err := cfg.retry(ctx, func(context.Context) error { calls++; return errZZALost })
	if took := time.Since(begin); took != time.Second || calls != 1 || err == nil {
		zzaFail(t, zzaFailure{"end", "the context ends after 1s, in a pause of half a minute", "retry returns after 1s with an error, after 1 call",
			fmt.Sprintf("after %v and %d calls, with %v", took, calls, err), "a process that stops must not wait for a pause"})
	}
}

// zzaAttempt judges the time of one attempt.
func zzaAttempt(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), zzaKey{}, "trace"), 10*time.Second)
	defer cancel()
	var had []string
	begin := time.Now()
	err := zzaConfig().retry(ctx, func(ctx context.Context) error {
		if ctx.Value(zzaKey{}) != "trace" {
			zzaFail(t, zzaFailure{"values", "the context of an attempt has lost the values of the purchase's", "trace", fmt.Sprint(ctx.Value(zzaKey{})), "the correlation id and the trace are in them"})
		}
		if had = append(had, zzaLeft(ctx)); len(had) == 1 {
			return zzaTakes(ctx, time.Hour)
		}
		return nil
	})
	if err != nil || len(had) != 2 || had[0] != "5s" {
		zzaFail(t, zzaFailure{"attempt", "an attempt that is not answered, then one that is, with SAGA_STEP_TIMEOUT=5s and 10s for both", "the first has 5s, the second succeeds",
			fmt.Sprintf("the attempts had %v, the error is %v, after %v", had, err, time.Since(begin)), "one attempt that hangs would use the time of all"})
	}
}
