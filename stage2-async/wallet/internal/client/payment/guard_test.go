package payment_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/breaker"
	"shop/platform/bulkhead"
	"shop/platform/errs"
	"shop/platform/paralleltest"
	provider "shop/wallet/internal/client/payment"
)

// counted serves answers and counts the requests.
func counted(t *testing.T, answer http.HandlerFunc) (url string, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

func quickBreaker(cfg *provider.Config) { cfg.Breaker.MinRequests = 3 }

func TestClient_ProviderFails_IsNotCalledAnyMore(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"fails": http.StatusBadGateway, "is overloaded": http.StatusTooManyRequests} {
		url, requests := counted(t, respond(status, `{}`))
		client := newClientWith(t, url, quickBreaker)
		for range 3 {
			assertUncertain(t, client.Charge(t.Context(), newPayment(t), ""), name)
		}

		err := client.Charge(t.Context(), newPayment(t), "")

		assert.Equal(t, errs.Unavailable, errs.CodeOf(err), name)
		assert.Equal(t, breaker.Reason, errs.From(err).Reason, name)
		assert.EqualValues(t, 3, requests.Load(), name)
	}
}

func TestClient_ProviderTooSlow_IsNotCalledAnyMore(t *testing.T) {
	t.Parallel()
	url, requests := counted(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client := newClientWith(t, url, func(cfg *provider.Config) {
		quickBreaker(cfg)
		cfg.Timeout = 500 * time.Millisecond // enough for a call to reach the provider on a busy machine
	})
	for range 3 {
		assertUncertain(t, client.Find(t.Context(), newPayment(t)), "a timeout")
	}

	assert.Equal(t, breaker.Reason, errs.From(client.Find(t.Context(), newPayment(t))).Reason)
	assert.EqualValues(t, 3, requests.Load())
}

func TestClient_StormOfDeclinedCards_StopsNoCall(t *testing.T) {
	t.Parallel()
	for _, answer := range []http.HandlerFunc{
		respond(http.StatusPaymentRequired, `{"error":{"type":"card_error","code":"card_declined"}}`),
		respond(http.StatusNotFound, `{"error":{"code":"no_such_charge"}}`),
		respond(http.StatusConflict, `{"error":{"type":"idempotency_error","code":"idempotency_key_reused"}}`),
	} {
		url, requests := counted(t, answer)
		client := newClientWith(t, url, quickBreaker)
		for range 20 {
			assert.NotEqual(t, errs.Unavailable, errs.CodeOf(client.Find(t.Context(), newPayment(t))))
		}
		assert.EqualValues(t, 20, requests.Load())
	}
}

func TestClient_ConcurrentCalls_AreLimited(t *testing.T) {
	t.Parallel()
	const limit = 3
	arrived, answer := make(chan struct{}, 100), make(chan struct{})
	url, _ := counted(t, func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-answer
		respond(http.StatusNotFound, `{"error":{"code":"no_such_charge"}}`)(w, r)
	})
	client := newClientWith(t, url, func(cfg *provider.Config) {
		cfg.Limits.Concurrency, cfg.Limits.MaxWait, cfg.Timeout = limit, 50*time.Millisecond, time.Minute
	})
	done := make(chan []error)
	go func() {
		done <- paralleltest.Together(limit, func(int) error { return client.Find(t.Context(), newPayment(t)) })
	}()
	for range limit {
		<-arrived
	}

	err := client.Find(t.Context(), newPayment(t))

	assert.Equal(t, bulkhead.Reason, errs.From(err).Reason, "the provider is slow, and must not hold up all requests of the service")
	assert.Empty(t, arrived)
	close(answer)
	for _, err := range <-done {
		require.NotEqual(t, errs.Unavailable, errs.CodeOf(err))
	}
}
