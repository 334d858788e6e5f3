package usecase_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/postgres"
	provider "stagecraft/stage1-mvp/wallet/internal/client/payment"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/metrics"
	repository "stagecraft/stage1-mvp/wallet/internal/repository/postgres"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// till is a bank whose customers pay by card, at a provider of its own.
type till struct {
	*bank
	*process
	sim *paymentsim.Provider
	// timeout is for one call to the provider.
	timeout time.Duration
}

// process is what one wallet process is made of. Several may work on the same database.
type process struct {
	payIn    *usecase.PayIn
	show     *usecase.GetTopUp
	backToMe *usecase.RefundTopUp
	scan     *usecase.ScanStalePayments
	left     *gauge
	// scanAfter is scan for payments that are stale after a while.
	scanAfter func(staleAfter time.Duration) *usecase.ScanStalePayments
}

const (
	patience = 5 * time.Second
	haste    = 150 * time.Millisecond
)

func newTill(t *testing.T) *till {
	t.Helper()
	sim, err := paymentsim.Listen("127.0.0.1:0", paymentsim.Config{APIKey: "secret", Seed: 1})
	require.NoError(t, err)
	t.Cleanup(sim.Close)
	till := &till{bank: newBank(t), sim: sim, timeout: patience}
	till.process = till.start(&crashtest.Process{}, nil)
	return till
}

// start makes one more process, which dies where m says. The wrapper may stand between it and the provider.
func (t *till) start(m *crashtest.Process, wrap func(payment.Provider) payment.Provider) *process {
	client := provider.New(provider.Config{URL: t.sim.URL(), APIKey: "secret", Timeout: t.timeout, MaxResponseBytes: 65536})
	t.t.Cleanup(client.Close)
	var asked payment.Provider = client
	if wrap != nil {
		asked = wrap(client)
	}
	store := idempotency.NewStore(t.pool)
	tx := m.Tx(postgres.NewTxManager(t.pool))
	wallets := repository.NewWalletRepository(t.pool, repository.Config{SnapshotEvery: 3})
	payments := mortalPayments{repository.NewPaymentRepository(t.pool), m}
	engine := payment.NewEngine(mortalProvider{m, asked}, tx, payments, metrics.New(prometheus.NewRegistry()), clock.System)
	book := usecase.NewBookPayment(usecase.NewTopUp(tx, store, wallets, clock.System), engine)
	refund := usecase.NewRefundTopUp(tx, store, wallets, payments, engine, clock.System)
	left := &gauge{}
	scanAfter := func(staleAfter time.Duration) *usecase.ScanStalePayments {
		return usecase.NewScanStalePayments(usecase.ScanConfig{StaleAfter: staleAfter}, payments, engine, book, refund, left)
	}
	return &process{
		payIn: usecase.NewPayIn(payments, engine, book, clock.System), show: usecase.NewGetTopUp(payments), backToMe: refund,
		scan: scanAfter(0), left: left, scanAfter: scanAfter,
	}
}

func (t *till) card(key string, minorUnits int64) dto.PayIn {
	return dto.PayIn{Caller: t.user, MinorUnits: minorUnits, Currency: "EUR", IdempotencyKey: key}
}

// pay pays in, and must.
func (t *till) pay(minorUnits int64) dto.PaidIn {
	t.t.Helper()
	paid, err := t.payIn.Execute(t.t.Context(), t.card(uuid.NewString(), minorUnits))
	require.NoError(t.t, err)
	return paid
}

func (t *till) giveBack(key, id string) dto.RefundTopUp {
	return dto.RefundTopUp{Caller: t.user, PaymentID: id, IdempotencyKey: key}
}

// hasty is the till with a process that does not wait long for the provider.
func (t *till) hasty() *till {
	other := *t
	other.timeout = haste
	other.process = other.start(&crashtest.Process{}, nil)
	return &other
}

// as is the till for another customer.
func (t *till) as(user string) *till {
	other, bank := *t, *t.bank
	bank.user = dto.Caller{UserID: user}
	other.bank = &bank
	return &other
}

// settle lets the scanner work until nothing is open.
func (t *till) settle() {
	t.t.Helper()
	require.Eventually(t.t, func() bool {
		_, err := t.scan.Execute(t.t.Context())
		require.NoError(t.t, err)
		return t.open() == 0
	}, 20*time.Second, time.Millisecond, "a payment is never settled")
}

func (t *till) open() (n int) {
	t.t.Helper()
	require.NoError(t.t, t.pool.QueryRow(t.t.Context(),
		"SELECT count(*) FROM payments WHERE status NOT IN ('BOOKED', 'DECLINED', 'VOIDED', 'REFUNDED')").Scan(&n))
	return n
}

// wantConserved compares the books: what came into the user's wallet by card is what the provider holds for him.
func (t *till) wantConserved(at string) {
	t.t.Helper()
	var ledger, held int64
	require.NoError(t.t, t.pool.QueryRow(t.t.Context(), `SELECT coalesce(sum(l.amount_minor), 0)::bigint FROM ledger_entries l
		WHERE l.user_id = $1 AND (l.kind IN (4, 5) OR l.kind = 1 AND EXISTS (
			SELECT 1 FROM payments p WHERE p.user_id = l.user_id AND p.idempotency_key = l.reference))`, t.user.UserID).Scan(&ledger))
	for _, charge := range t.sim.Charges() {
		if charge.Customer == t.user.UserID && charge.Status == paymentsim.Succeeded {
			held += charge.Amount - charge.AmountRefunded
		}
	}
	assert.Equal(t.t, held, ledger, "the provider holds, the ledger has: %s", at)
}

func (t *till) status(id string) domain.PaymentStatus {
	t.t.Helper()
	shown, err := t.show.Execute(t.t.Context(), t.user, id)
	require.NoError(t.t, err)
	return domain.PaymentStatus(shown.Status)
}

// faulty makes the provider's next charges, or whatever else, go wrong.
func (t *till) faulty(faults ...paymentsim.Fault) {
	require.NoError(t.t, t.sim.SetFaults(0, faults...))
}

func inTime(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}
