package payment_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"shop/paymentsim"
	"shop/platform/auth"
	"shop/platform/breaker"
	"shop/platform/bulkhead"
	"shop/platform/config"
	"shop/platform/logging"
	provider "shop/wallet/internal/client/payment"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const apiKey = "sk_live_of_the_shop"

func newClient(t *testing.T, url string) *provider.Client {
	t.Helper()
	return newClientWith(t, url, func(*provider.Config) {})
}

func newClientWith(t *testing.T, url string, change func(cfg *provider.Config)) *provider.Client {
	t.Helper()
	cfg := config.Defaults[provider.Config]()
	cfg.URL, cfg.APIKey, cfg.Timeout, cfg.MaxResponseBytes = url, apiKey, time.Second, 4096
	change(&cfg)
	registry := prometheus.NewRegistry()
	client := provider.New(cfg, bulkhead.NewMetrics(registry), breaker.NewMetrics(registry), zap.NewNop())
	t.Cleanup(client.Close)
	return client
}

func newPayment(t *testing.T) *domain.Payment {
	t.Helper()
	amount, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	p, err := domain.NewPayment(uuid.NewString(), uuid.NewString(), domain.PaymentRequest{Key: "k"}, amount, time.Now())
	require.NoError(t, err)
	return p
}

func TestClient_AnswersOfTheProvider(t *testing.T) {
	t.Parallel()
	sim, err := paymentsim.Listen("127.0.0.1:0", paymentsim.Config{APIKey: apiKey})
	require.NoError(t, err)
	t.Cleanup(sim.Close)
	client := newClient(t, sim.URL())
	ctx := t.Context()

	p := newPayment(t)
	assert.ErrorIs(t, client.Find(ctx, p), payment.ErrNoCharge)
	require.NoError(t, client.Charge(ctx, p, ""))
	require.NoError(t, client.Charge(ctx, p, ""), "a repetition")
	require.NoError(t, client.Find(ctx, p))
	assert.EqualValues(t, 500, sim.Net("EUR"))
	require.NoError(t, client.Void(ctx, p))
	require.NoError(t, client.Void(ctx, p))
	assertRefused(t, client.Find(ctx, p), true)
	assertRefused(t, client.Charge(ctx, p, ""), true)
	assert.Zero(t, sim.Net("EUR"))

	poor := newPayment(t)
	assertRefused(t, client.Charge(ctx, poor, paymentsim.CardPoor), false)
	assertRefused(t, client.Find(ctx, poor), false)
	assertUncertain(t, client.Charge(ctx, poor, ""), "the same key with another card proves nothing")

	stranger := newClientWith(t, sim.URL(), func(cfg *provider.Config) { cfg.APIKey = "another" })
	assertUncertain(t, stranger.Charge(ctx, newPayment(t), ""), "a wrong API key says nothing about an earlier attempt")
}

func TestClient_UnexpectedAnswer_IsUncertain(t *testing.T) {
	t.Parallel()
	p := newPayment(t)
	good := fmt.Sprintf(`{"key":%q,"status":"succeeded","amount":500,"currency":"EUR"}`, p.ID())
	for name, answer := range map[string]http.HandlerFunc{
		"a page":           respond(http.StatusCreated, "<html>It works!</html>"),
		"nothing":          respond(http.StatusCreated, ""),
		"a list":           respond(http.StatusCreated, "[]"),
		"another charge":   respond(http.StatusCreated, strings.Replace(good, p.ID(), uuid.NewString(), 1)),
		"another amount":   respond(http.StatusCreated, strings.Replace(good, "500", "5", 1)),
		"another currency": respond(http.StatusCreated, strings.Replace(good, "EUR", "USD", 1)),
		"another status":   respond(http.StatusCreated, strings.Replace(good, "succeeded", "pending", 1)),
		"accepted":         respond(http.StatusAccepted, good),
		"a huge body":      respond(http.StatusCreated, strings.TrimSuffix(good, "}")+`,"x":"`+strings.Repeat("x", 5000)+`"}`),
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		},
		"a cut":             func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a 500":             respond(http.StatusInternalServerError, `{"error":{"type":"card_error","code":"card_declined"}}`),
		"too many":          respond(http.StatusTooManyRequests, `{"error":{"type":"card_error","code":"slow_down"}}`),
		"a proxy's 402":     respond(http.StatusPaymentRequired, `{"error":{"type":"quota","code":"pay_us"}}`),
		"a proxy's 404":     respond(http.StatusNotFound, `{"error":"not found"}`),
		"a stranger's 404":  respond(http.StatusNotFound, `{"error":{"code":"no_such_page"}}`),
		"a conflict of key": respond(http.StatusConflict, `{"error":{"type":"idempotency_error","code":"idempotency_key_reused"}}`),
	} {
		server := httptest.NewServer(answer)
		client := newClient(t, server.URL)
		assertUncertain(t, client.Charge(t.Context(), p, ""), name)
		assertUncertain(t, client.Find(t.Context(), p), name)
		assertUncertain(t, client.Void(t.Context(), p), name)
		client.Close()
		server.Close()
	}
}

// A reason is stored and shown, so it must be safe in rows, logs and pages.
func TestClient_ReasonIsAPlainWord(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(respond(http.StatusPaymentRequired, `{"error":{"type":"card_error","code":"<script>\u0000"}}`))
	t.Cleanup(server.Close)
	var refusal *payment.Refusal
	require.ErrorAs(t, newClient(t, server.URL).Charge(t.Context(), newPayment(t), ""), &refusal)
	assert.Equal(t, "unknown", refusal.Reason)
}

func TestClient_LogsNoSecretAndForwardsNoToken(t *testing.T) {
	t.Parallel()
	var seen http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header
		respond(http.StatusUnauthorized, `{"error":{"message":"`+r.Header.Get("Authorization")+`"}}`)(w, r)
	}))
	t.Cleanup(server.Close)
	log := &bytes.Buffer{}
	ctx := logging.Into(t.Context(), logging.NewTo(log, logging.Config{Level: "debug"}, "wallet"))
	ctx = auth.WithPrincipal(ctx, auth.Principal{Subject: "user"}, "token-of-the-user")

	err := newClient(t, server.URL).Charge(ctx, newPayment(t), "tok_visa_4242")

	assertUncertain(t, err, "401")
	assert.NotContains(t, err.Error(), apiKey)
	assert.Contains(t, log.String(), "curl -X POST")
	for _, secret := range []string{apiKey, "visa_4242", "token-of-the-user"} {
		assert.NotContains(t, log.String(), secret)
	}
	assert.Equal(t, "Bearer "+apiKey, seen.Get("Authorization"))
}

func TestTheConfigurationIsAnAddressAndLimits(t *testing.T) {
	t.Parallel()
	good := config.Defaults[provider.Config]()
	good.URL, good.APIKey = "https://pay.example/api", apiKey
	require.NoError(t, good.Validate())
	for _, url := range []string{"", "pay.example", "ftp://pay.example", "http://", "https://user:secret@pay.example"} {
		bad := good
		bad.URL = url
		require.ErrorContains(t, bad.Validate(), "PAYMENT_URL", url)
		assert.NotContains(t, bad.Validate().Error(), "secret")
	}
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", good, good, config.Secret(apiKey)), apiKey)
	none := provider.Config{URL: good.URL}
	assert.ErrorContains(t, none.Validate(), "PAYMENT_TIMEOUT")
	assert.ErrorContains(t, none.Validate(), "PAYMENT_MAX_RESPONSE_BYTES")
	assert.ErrorContains(t, none.Validate(), "PAYMENT_CONCURRENCY")
	assert.ErrorContains(t, none.Validate(), "PAYMENT_BREAKER_OPEN_FOR")
}

func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func assertRefused(t *testing.T, err error, voided bool) {
	t.Helper()
	var refusal *payment.Refusal
	if assert.ErrorAs(t, err, &refusal) {
		assert.Equal(t, voided, refusal.Voided)
	}
}

func assertUncertain(t *testing.T, err error, why string) {
	t.Helper()
	var refusal *payment.Refusal
	assert.Error(t, err, why)
	assert.False(t, errors.As(err, &refusal) || errors.Is(err, payment.ErrNoCharge), "%s: %v", why, err)
}
