package usecase_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/paymentsim"
	"shop/platform/crashtest"
	"shop/platform/errs"
	"shop/platform/paralleltest"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
	"shop/wallet/internal/usecase"
)

func TestScan_SettlesPaymentsWithUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, scenario := range map[string]struct {
		faults  []paymentsim.Fault
		status  domain.PaymentStatus
		reason  string
		balance int64
	}{
		"charged":       {[]paymentsim.Fault{chargeFault(paymentsim.FailAfter)}, domain.PaymentBooked, "", 500},
		"answer lost":   {[]paymentsim.Fault{chargeFault(paymentsim.AnswerLost)}, domain.PaymentBooked, "", 500},
		"never arrived": {[]paymentsim.Fault{chargeFault(paymentsim.FailBefore)}, domain.PaymentVoided, "PAYMENT_CANCELLED", 0},
		"declined, answer lost": {
			[]paymentsim.Fault{chargeFault(paymentsim.Decline), chargeFault(paymentsim.AnswerLost)}, domain.PaymentDeclined, "PAYMENT_DECLINED", 0,
		},
	} {
		f := newPaymentFixture(t)
		f.faulty(scenario.faults...)
		_, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
		require.Equal(t, errs.Aborted, errs.CodeOf(err), name)

		f.settle()

		_, err = f.payIn.Execute(withTimeout(t), f.card("k", 500))
		assert.Equal(t, scenario.reason == "", err == nil, "%s: %v", name, err)
		if err != nil {
			assert.Equal(t, errs.Precondition, errs.CodeOf(err), name)
			assert.Equal(t, scenario.reason, errs.From(err).Reason, name)
		}
		var status string
		require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT status FROM payments").Scan(&status))
		assert.Equal(t, string(scenario.status), status, name)
		f.wantBalance(scenario.balance)
		f.wantConserved(name)
	}
}

// The charge is so late that the provider does not know it yet, and the scanner voids it. When it arrives, it must be refused.
func TestScan_ChargeArrivesAfterItsVoid_IsRefused(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	f.faulty(paymentsim.Fault{Kind: paymentsim.Delay, Operation: paymentsim.OpCharge, Count: 1, DelayMS: 600})
	_, err := f.impatient().payIn.Execute(withTimeout(t), f.card("k", 500))
	require.Equal(t, errs.Aborted, errs.CodeOf(err))

	f.settle()
	arrived := time.Now().Add(700 * time.Millisecond)

	require.Eventually(t, func() bool { return time.Now().After(arrived) }, 5*time.Second, 10*time.Millisecond)
	_, err = f.payIn.Execute(withTimeout(t), f.card("k", 500))
	assert.Equal(t, "PAYMENT_CANCELLED", errs.From(err).Reason)
	assert.Zero(t, f.sim.Net("EUR"))
	f.wantBalance(0)
}

func TestScan_ProviderDown_LeavesPaymentsUnsettled(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	f.faulty(paymentsim.Fault{Kind: paymentsim.FailAfter})
	_, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
	require.Equal(t, errs.Aborted, errs.CodeOf(err))

	settled, err := f.scan.Execute(withTimeout(t))
	require.NoError(t, err)
	assert.Zero(t, settled)
	assert.Equal(t, 1, f.unsettled())
	assert.Equal(t, map[domain.PaymentStatus]int64{domain.PaymentPending: 1}, f.gauge.counts, "gauge")
	f.faulty()
	f.settle()

	assert.Empty(t, f.gauge.counts)
	f.wantBalance(500)
	f.wantConserved("down for a while")
}

func TestScan_Replicas_SettleEachPaymentOnce(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	const payments, replicas = 12, 4
	f.faulty(paymentsim.Fault{Kind: paymentsim.FailAfter, Operation: paymentsim.OpCharge})
	for n := range payments {
		_, err := f.payIn.Execute(withTimeout(t), f.card(fmt.Sprint(n), 10))
		require.Equal(t, errs.Aborted, errs.CodeOf(err))
	}
	finds := &counting{seen: make(map[string]int)}
	var scanners []*process
	for range replicas {
		scanners = append(scanners, f.start(&crashtest.Process{}, func(p payment.Provider) payment.Provider {
			return countedProvider{p, finds}
		}))
	}

	// A claimed payment is fresh for a second.
	_, err := f.pool.Exec(t.Context(), "UPDATE payments SET touched_at = touched_at - interval '1 hour'")
	require.NoError(t, err)
	for _, err := range paralleltest.Together(replicas, func(n int) error {
		_, err := scanners[n].scanWith(usecase.ScanConfig{StaleAfter: time.Second}).Execute(withTimeout(t))
		return err
	}) {
		require.NoError(t, err)
	}

	assert.Len(t, finds.seen, payments)
	for id, times := range finds.seen {
		assert.Equal(t, 1, times, "payment %s", id)
	}
	f.wantBalance(payments * 10)
	f.wantConserved("replicas")
}

// counting counts the calls of Find per payment.
type counting struct {
	mu   sync.Mutex
	seen map[string]int
}

type countedProvider struct {
	payment.Provider
	*counting
}

func (c countedProvider) Find(ctx context.Context, p *domain.Payment) error {
	c.mu.Lock()
	c.seen[p.ID()]++
	c.mu.Unlock()
	return c.Provider.Find(ctx, p)
}

func TestScan_MoreThanOneBatch_SettlesAll(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	const payments = 7
	f.faulty(paymentsim.Fault{Kind: paymentsim.FailAfter, Operation: paymentsim.OpCharge})
	for n := range payments {
		_, err := f.payIn.Execute(withTimeout(t), f.card(fmt.Sprint(n), 10))
		require.Equal(t, errs.Aborted, errs.CodeOf(err))
	}

	settled, err := f.scanWith(usecase.ScanConfig{Batch: 2}).Execute(withTimeout(t))

	require.NoError(t, err)
	assert.Equal(t, payments, settled)
	f.wantConserved("batches")
}

// fakePayments has stale payments, of which one panics when it is claimed and one is never claimed.
type fakePayments struct {
	domain.PaymentRepository
	ids []string
}

func (r fakePayments) ListStale(context.Context, time.Duration, int) (stale []domain.StalePayment, _ error) {
	for _, id := range r.ids {
		stale = append(stale, domain.StalePayment{ID: id})
	}
	return stale, nil
}

func (fakePayments) Claim(ctx context.Context, stale domain.StalePayment) (*domain.Payment, error) {
	switch stale.ID {
	case "panics":
		panic("no such payment")
	case "blocks":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return domain.RestorePayment(domain.PaymentSnapshot{ID: stale.ID, Status: domain.PaymentBooked}), nil
}

func (fakePayments) CountUnsettled(context.Context) (map[domain.PaymentStatus]int64, error) {
	return nil, nil
}

// gauge remembers the last counts.
type gauge struct {
	mu     sync.Mutex
	counts map[domain.PaymentStatus]int64
}

func (g *gauge) PaymentsUnsettled(counts map[domain.PaymentStatus]int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts = counts
}

func TestScan_OnePaymentPanics_SettlesTheOthers(t *testing.T) {
	t.Parallel()
	payments := fakePayments{ids: []string{"a", "panics", "b"}}
	scan := usecase.NewScanStalePayments(withLimits(usecase.ScanConfig{}), payments, nil, &gauge{})

	settled, err := scan.Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 2, settled)
}

func TestScan_DatabaseDoesNotAnswer_EndsAfterTheQueryTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := withLimits(usecase.ScanConfig{Limit: time.Hour})
		scan := usecase.NewScanStalePayments(cfg, fakePayments{ids: []string{"blocks"}}, nil, &gauge{})
		started := time.Now()

		settled, err := scan.Execute(t.Context())

		require.NoError(t, err)
		assert.Zero(t, settled)
		assert.Equal(t, cfg.QueryTimeout, time.Since(started))
	})
}

func TestScan_AlwaysFullBatches_EndsAtTheLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := withLimits(usecase.ScanConfig{Limit: time.Minute, Batch: 1})
		scan := usecase.NewScanStalePayments(cfg, fakePayments{ids: []string{"blocks"}}, nil, &gauge{})
		started := time.Now()

		_, err := scan.Execute(t.Context())

		require.NoError(t, err)
		assert.Equal(t, cfg.Limit, time.Since(started))
	})
}

func TestScanConfig_Validate(t *testing.T) {
	t.Parallel()
	valid := usecase.ScanConfig{
		Interval: time.Second, StaleAfter: time.Second, Limit: time.Second, QueryTimeout: time.Second, Batch: 1, Workers: 1,
	}
	require.NoError(t, valid.Validate())
	for name, change := range map[string]func(c *usecase.ScanConfig){
		"PAYMENT_SCAN_INTERVAL":      func(c *usecase.ScanConfig) { c.Interval = 0 },
		"PAYMENT_STALE_AFTER":        func(c *usecase.ScanConfig) { c.StaleAfter = 0 },
		"PAYMENT_SCAN_LIMIT":         func(c *usecase.ScanConfig) { c.Limit = 0 },
		"PAYMENT_SCAN_QUERY_TIMEOUT": func(c *usecase.ScanConfig) { c.QueryTimeout = 0 },
		"PAYMENT_SCAN_BATCH":         func(c *usecase.ScanConfig) { c.Batch = 0 },
		"PAYMENT_SCAN_WORKERS":       func(c *usecase.ScanConfig) { c.Workers = 0 },
	} {
		cfg := valid
		change(&cfg)
		assert.ErrorContains(t, cfg.Validate(), name)
	}
}
