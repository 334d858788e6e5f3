package payment_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/breaker"
	"shop/platform/errs"
	provider "shop/wallet/internal/client/payment"
)

// busyFirst asks to wait in answer to the first requests, and then says that the charge succeeded. It records the keys.
type busyFirst struct {
	mu     sync.Mutex
	busy   int
	status int
	after  string
	keys   []string
}

func (b *busyFirst) answer(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := r.Header.Get("Idempotency-Key")
	b.keys = append(b.keys, key)
	if len(b.keys) <= b.busy {
		w.Header().Set("Retry-After", b.after)
		respond(b.status, `{}`)(w, r)
		return
	}
	respond(http.StatusCreated, fmt.Sprintf(`{"key":%q,"status":"succeeded","amount":500,"currency":"EUR"}`, key))(w, r)
}

func TestCharge_RetryAfter_IsRepeatedWithTheSameKey(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		for _, after := range []string{"0", "Wed, 21 Oct 2015 07:28:00 GMT"} {
			b := &busyFirst{busy: 2, status: status, after: after}
			url, _ := counted(t, b.answer)
			p := newPayment(t)

			require.NoError(t, newClient(t, url).Charge(t.Context(), p, ""))

			assert.Equal(t, []string{p.ID(), p.ID(), p.ID()}, b.keys)
		}
	}
}

func TestCharge_RetryAfter_IsWaitedFor(t *testing.T) {
	t.Parallel()
	b := &busyFirst{busy: 1, status: http.StatusServiceUnavailable, after: "1"}
	url, _ := counted(t, b.answer)
	started := time.Now()

	require.NoError(t, newClient(t, url).Charge(t.Context(), newPayment(t), ""))

	assert.GreaterOrEqual(t, time.Since(started), time.Second)
}

func TestCharge_NotRepeated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		after  string
		left   time.Duration
	}{
		"no Retry-After":                   {http.StatusServiceUnavailable, "", time.Minute},
		"not a time":                       {http.StatusServiceUnavailable, "soon", time.Minute},
		"a failure":                        {http.StatusInternalServerError, "0", time.Minute},
		"longer than the longest wait":     {http.StatusServiceUnavailable, "3", time.Minute},
		"no time left for a whole attempt": {http.StatusServiceUnavailable, "0", 900 * time.Millisecond},
	} {
		b := &busyFirst{busy: 100, status: c.status, after: c.after}
		url, requests := counted(t, b.answer)
		ctx, cancel := context.WithTimeout(t.Context(), c.left)

		assertUncertain(t, newClient(t, url).Charge(ctx, newPayment(t), ""), name)

		cancel()
		assert.EqualValues(t, 1, requests.Load(), name)
	}
}

// The earlier attempt reached the provider, so the call as a whole must not count as one that was not made.
func TestCharge_BreakerOpensBetweenAttempts_IsUncertain(t *testing.T) {
	t.Parallel()
	b := &busyFirst{busy: 100, status: http.StatusServiceUnavailable, after: "0"}
	url, requests := counted(t, b.answer)
	client := newClientWith(t, url, func(cfg *provider.Config) { cfg.Breaker.MinRequests = 1 })

	assertUncertain(t, client.Charge(t.Context(), newPayment(t), ""), "charge")

	assert.EqualValues(t, 1, requests.Load())
	assert.Equal(t, breaker.Reason, errs.From(client.Charge(t.Context(), newPayment(t), "")).Reason)
}

func TestCharge_HalfOfTheAttemptsAreRefused_AmplificationStaysBelowOnePointOne(t *testing.T) {
	t.Parallel()
	const calls = 500
	turn := 0
	url, requests := counted(t, func(w http.ResponseWriter, r *http.Request) {
		if turn++; turn%2 == 0 { // one call at a time
			w.Header().Set("Retry-After", "0")
			respond(http.StatusServiceUnavailable, `{}`)(w, r)
			return
		}
		respond(http.StatusNotFound, `{"error":{"code":"no_such_charge"}}`)(w, r)
	})
	client := newClientWith(t, url, func(cfg *provider.Config) {
		cfg.Limits.Rate, cfg.Limits.Burst, cfg.Breaker.FailureRatio = 1e6, 1000, 1
	})

	for range calls {
		_ = client.Find(t.Context(), newPayment(t))
	}

	assert.LessOrEqual(t, float64(requests.Load())/calls, 1.1)
	assert.Greater(t, requests.Load(), int64(calls), "the first refusals are repeated")
}
