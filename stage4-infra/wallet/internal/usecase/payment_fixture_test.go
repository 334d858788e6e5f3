package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"shop/paymentsim"
	"shop/platform/breaker"
	"shop/platform/bulkhead"
	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/crashtest"
	"shop/platform/postgres"
	provider "shop/wallet/internal/client/payment"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/metrics"
	"shop/wallet/internal/publisher"
	repository "shop/wallet/internal/repository/postgres"
	"shop/wallet/internal/service/payment"
	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

// paymentFixture adds payments by card at a simulated provider.
type paymentFixture struct {
	*fixture
	*process
	sim *paymentsim.Provider
	// timeout bounds one call to the provider.
	timeout time.Duration
}

// process has the use cases of one wallet process. Several may work on the same database.
type process struct {
	payIn *usecase.PayIn
	show  *usecase.GetTopUp
	scan  *usecase.ScanStalePayments
	gauge *gauge
	// scanWith returns a scan with this configuration; zero limits are filled in.
	scanWith func(cfg usecase.ScanConfig) *usecase.ScanStalePayments
}

const (
	longTimeout  = 5 * time.Second
	shortTimeout = 150 * time.Millisecond
)

func newPaymentFixture(t *testing.T) *paymentFixture {
	t.Helper()
	sim, err := paymentsim.Listen("127.0.0.1:0", paymentsim.Config{APIKey: "secret", Seed: 1})
	require.NoError(t, err)
	t.Cleanup(sim.Close)
	f := &paymentFixture{fixture: newFixture(t), sim: sim, timeout: longTimeout}
	f.process = f.start(&crashtest.Process{}, nil)
	return f
}

// start returns one more process, which dies where c says. wrap may stand between it and the provider.
func (f *paymentFixture) start(c *crashtest.Process, wrap func(payment.Provider) payment.Provider) *process {
	cfg := config.Defaults[provider.Config]()
	cfg.URL, cfg.APIKey, cfg.Timeout = f.sim.URL(), "secret", f.timeout
	// The limits and the breaker have tests of their own.
	cfg.Limits.Concurrency, cfg.Limits.Burst, cfg.Breaker.MinRequests = 1000, 1000, 1000
	registry := prometheus.NewRegistry()
	client := provider.New(cfg, bulkhead.NewMetrics(registry), breaker.NewMetrics(registry), zap.NewNop())
	f.t.Cleanup(client.Close)
	var called payment.Provider = client
	if wrap != nil {
		called = wrap(client)
	}
	tx := c.Tx(postgres.NewTxManager(f.pool))
	counters := metrics.New(prometheus.NewRegistry())
	events := publisher.New(counters, newOutbox())
	payments := crashingPayments{repository.NewPaymentRepository(f.pool), c}
	engine := payment.NewEngine(payment.Config{RecordTimeout: longTimeout}, crashingProvider{c, called}, tx, payments, f.wallets, events, counters, clock.System)
	left := &gauge{}
	scanWith := func(cfg usecase.ScanConfig) *usecase.ScanStalePayments {
		return usecase.NewScanStalePayments(withLimits(cfg), payments, engine, left)
	}
	return &process{
		payIn: usecase.NewPayIn(tx, payments, engine, events, clock.System), show: usecase.NewGetTopUp(payments),
		scan: scanWith(usecase.ScanConfig{}), gauge: left, scanWith: scanWith,
	}
}

// withLimits fills in the limits that are not set.
func withLimits(cfg usecase.ScanConfig) usecase.ScanConfig {
	cfg.Limit, cfg.QueryTimeout = max(cfg.Limit, longTimeout), max(cfg.QueryTimeout, longTimeout)
	if cfg.Batch == 0 {
		cfg.Batch = 100
	}
	cfg.Workers = max(cfg.Workers, 4)
	return cfg
}

func (f *paymentFixture) card(key string, minorUnits int64) dto.PayIn {
	return dto.PayIn{Caller: f.user, MinorUnits: minorUnits, Currency: "EUR", IdempotencyKey: key}
}

// mustPay pays by card.
func (f *paymentFixture) mustPay(minorUnits int64) dto.PaidIn {
	f.t.Helper()
	paid, err := f.payIn.Execute(f.t.Context(), f.card(uuid.NewString(), minorUnits))
	require.NoError(f.t, err)
	return paid
}

// impatient is the fixture with a process that soon gives up on the provider.
func (f *paymentFixture) impatient() *paymentFixture {
	other := *f
	other.timeout = shortTimeout
	other.process = other.start(&crashtest.Process{}, nil)
	return &other
}

// as is the fixture for another customer.
func (f *paymentFixture) as(user string) *paymentFixture {
	other, ledger := *f, *f.fixture
	ledger.user = dto.Caller{UserID: user}
	other.fixture = &ledger
	return &other
}

// settle runs the scanner until no payment is unsettled.
func (f *paymentFixture) settle() {
	f.t.Helper()
	require.Eventually(f.t, func() bool {
		_, err := f.scan.Execute(f.t.Context())
		require.NoError(f.t, err)
		return f.unsettled() == 0
	}, 20*time.Second, time.Millisecond, "a payment is never settled")
}

func (f *paymentFixture) unsettled() (n int) {
	f.t.Helper()
	require.NoError(f.t, f.pool.QueryRow(f.t.Context(),
		"SELECT count(*) FROM payments WHERE status NOT IN ('BOOKED', 'DECLINED', 'VOIDED')").Scan(&n))
	return n
}

// wantConserved compares what came into the user's wallet by card with what the provider holds for the user.
func (f *paymentFixture) wantConserved(at string) {
	f.t.Helper()
	var ledger, held int64
	require.NoError(f.t, f.pool.QueryRow(f.t.Context(),
		`SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_entries WHERE user_id = $1 AND kind = 4`, f.user.UserID).Scan(&ledger))
	for _, charge := range f.sim.Charges() {
		if charge.Customer == f.user.UserID && charge.Status == paymentsim.Succeeded {
			held += charge.Amount
		}
	}
	assert.Equal(f.t, held, ledger, "expected is what the provider holds, actual what the ledger has: %s", at)
	f.wantConsistentLedger(f.t)
}

func (f *paymentFixture) status(id string) domain.PaymentStatus {
	f.t.Helper()
	shown, err := f.show.Execute(f.t.Context(), f.user, id)
	require.NoError(f.t, err)
	return domain.PaymentStatus(shown.Status)
}

// faulty sets the faults of the provider.
func (f *paymentFixture) faulty(faults ...paymentsim.Fault) {
	require.NoError(f.t, f.sim.SetFaults(0, faults...))
}

func chargeFault(kind string) paymentsim.Fault {
	return paymentsim.Fault{Kind: kind, Operation: paymentsim.OpCharge, Count: 1}
}

func withTimeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}
