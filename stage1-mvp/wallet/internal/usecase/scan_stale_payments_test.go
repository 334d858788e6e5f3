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

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/paralleltest"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

func TestTheScannerFindsOutWhatBecameOfACharge(t *testing.T) {
	t.Parallel()
	for name, scenario := range map[string]struct {
		faults  []paymentsim.Fault
		status  domain.PaymentStatus
		reason  string
		balance int64
	}{
		"charged":       {faultOnce(paymentsim.FailAfter), domain.PaymentBooked, "", 500},
		"answer lost":   {faultOnce(paymentsim.AnswerLost), domain.PaymentBooked, "", 500},
		"never arrived": {faultOnce(paymentsim.FailBefore), domain.PaymentVoided, "PAYMENT_CANCELLED", 0},
		"declined, and nobody heard": {
			append(faultOnce(paymentsim.Decline), faultOnce(paymentsim.AnswerLost)...), domain.PaymentDeclined, "PAYMENT_DECLINED", 0,
		},
	} {
		b := newTill(t)
		b.faulty(scenario.faults...)
		_, err := b.payIn.Execute(inTime(t), b.card("k", 500))
		require.Equal(t, errs.Aborted, errs.CodeOf(err), name)

		b.settle()

		_, err = b.payIn.Execute(inTime(t), b.card("k", 500))
		assert.Equal(t, scenario.reason == "", err == nil, "%s: %v", name, err)
		if err != nil {
			assert.Equal(t, errs.Precondition, errs.CodeOf(err), name)
			assert.Equal(t, scenario.reason, errs.From(err).Reason, name)
		}
		var status string
		require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT status FROM payments").Scan(&status))
		assert.Equal(t, string(scenario.status), status, name)
		b.wantBalance(scenario.balance)
		b.wantConserved(name)
	}
}

// The charge is on its way for so long that the scanner is told of none, and voids it. When it arrives, it must not be one.
func TestAChargeThatArrivesAfterItsVoidIsNone(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.faulty(paymentsim.Fault{Kind: paymentsim.Delay, Operation: paymentsim.OpCharge, Count: 1, DelayMS: 600})
	_, err := b.hasty().payIn.Execute(inTime(t), b.card("k", 500))
	require.Equal(t, errs.Aborted, errs.CodeOf(err))

	b.settle()
	arrived := time.Now().Add(700 * time.Millisecond)

	require.Eventually(t, func() bool { return time.Now().After(arrived) }, 5*time.Second, 10*time.Millisecond)
	_, err = b.payIn.Execute(inTime(t), b.card("k", 500))
	assert.Equal(t, "PAYMENT_CANCELLED", errs.From(err).Reason)
	assert.Zero(t, b.sim.Net("EUR"))
	b.wantBalance(0)
}

func TestAProviderThatIsDownLeavesPaymentsOpenAndSpoilsNothing(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.faulty(paymentsim.Fault{Kind: paymentsim.FailAfter})
	_, err := b.payIn.Execute(inTime(t), b.card("k", 500))
	require.Equal(t, errs.Aborted, errs.CodeOf(err))

	settled, err := b.scan.Execute(inTime(t))
	require.NoError(t, err)
	assert.Zero(t, settled)
	assert.Equal(t, 1, b.open())
	assert.Equal(t, map[domain.PaymentStatus]int64{domain.PaymentPending: 1}, b.left.counts, "what the gauge shows is what is left")
	b.faulty()
	b.settle()

	assert.Empty(t, b.left.counts)
	b.wantBalance(500)
	b.wantConserved("down for a while")
}

// Many scanners look at the same time and see the same payments.
func TestReplicasNeverWorkOnePaymentTwice(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	const payments, replicas = 12, 4
	b.faulty(paymentsim.Fault{Kind: paymentsim.FailAfter, Operation: paymentsim.OpCharge})
	for n := range payments {
		_, err := b.payIn.Execute(inTime(t), b.card(fmt.Sprint(n), 10))
		require.Equal(t, errs.Aborted, errs.CodeOf(err))
	}
	asked := &counting{seen: make(map[string]int)}
	var scanners []*process
	for range replicas {
		scanners = append(scanners, b.start(&crashtest.Process{}, func(p payment.Provider) payment.Provider {
			return countedProvider{p, asked}
		}))
	}

	// Stale after a second: what one has claimed is none of the others' while it works.
	_, err := b.pool.Exec(t.Context(), "UPDATE payments SET touched_at = touched_at - interval '1 hour'")
	require.NoError(t, err)
	for _, err := range paralleltest.Together(replicas, func(n int) error {
		_, err := scanners[n].scanAfter(time.Second).Execute(inTime(t))
		return err
	}) {
		require.NoError(t, err)
	}

	assert.Len(t, asked.seen, payments)
	for id, times := range asked.seen {
		assert.Equal(t, 1, times, "payment %s", id)
	}
	b.wantBalance(payments * 10)
	b.wantConserved("replicas")
}

// counting remembers how often the provider was asked about each payment.
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

// brokenPayments has these stale payments, of which one makes the program panic.
type brokenPayments struct {
	domain.PaymentRepository
	ids []string
}

func (r brokenPayments) ListStale(context.Context, time.Duration, int) (stale []domain.StalePayment, _ error) {
	for _, id := range r.ids {
		stale = append(stale, domain.StalePayment{ID: id})
	}
	return stale, nil
}

func (brokenPayments) Claim(_ context.Context, stale domain.StalePayment) (*domain.Payment, error) {
	if stale.ID == "poison" {
		panic("no such payment")
	}
	return domain.RestorePayment(domain.PaymentSnapshot{ID: stale.ID, Status: domain.PaymentBooked}), nil
}

func (brokenPayments) CountUnsettled(context.Context) (map[domain.PaymentStatus]int64, error) {
	return nil, nil
}

// gauge remembers what it was told last.
type gauge struct {
	mu     sync.Mutex
	counts map[domain.PaymentStatus]int64
}

func (g *gauge) PaymentsUnsettled(counts map[domain.PaymentStatus]int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.counts = counts
}

func TestOnePaymentThatPanicsStopsNoOther(t *testing.T) {
	t.Parallel()
	scan := usecase.NewScanStalePayments(usecase.ScanConfig{}, brokenPayments{ids: []string{"a", "poison", "b"}}, nil, nil, nil, &gauge{})

	settled, err := scan.Execute(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 2, settled)
}

// silentPayments has one refund to finish, and a database that does not answer whoever asks for it once more.
type silentPayments struct{ domain.PaymentRepository }

func (silentPayments) ListStale(context.Context, time.Duration, int) ([]domain.StalePayment, error) {
	return []domain.StalePayment{{ID: "a"}}, nil
}

func (silentPayments) Claim(_ context.Context, stale domain.StalePayment) (*domain.Payment, error) {
	return domain.RestorePayment(domain.PaymentSnapshot{ID: stale.ID, Status: domain.PaymentRefunding}), nil
}

func (silentPayments) Get(ctx context.Context, _ string) (*domain.Payment, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (silentPayments) CountUnsettled(context.Context) (map[domain.PaymentStatus]int64, error) {
	return nil, nil
}

// unanswered is a provider that is asked in vain.
type unanswered struct{ usecase.Refunds }

func (unanswered) GiveBack(context.Context, *domain.Payment) error { return context.DeadlineExceeded }

// Nobody waits for the scanner who could give it a deadline: without one of its own, one silent query would end all scanning.
func TestADatabaseThatFallsSilentDoesNotHoldTheScanner(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		payments := silentPayments{}
		refund := usecase.NewRefundTopUp(nil, nil, nil, payments, unanswered{}, nil)
		scan := usecase.NewScanStalePayments(usecase.ScanConfig{}, payments, nil, nil, refund, &gauge{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()

		settled, err := scan.Execute(ctx)

		require.NoError(t, err)
		assert.Zero(t, settled)
		assert.NoError(t, ctx.Err(), "the scan took an hour")
	})
}

func faultOnce(kind string) []paymentsim.Fault {
	return []paymentsim.Fault{{Kind: kind, Operation: paymentsim.OpCharge, Count: 1}}
}

func TestAScanWithoutAPauseOrForPaymentsAtWorkIsRefused(t *testing.T) {
	t.Parallel()
	assert.NoError(t, (&usecase.ScanConfig{Interval: time.Second, StaleAfter: time.Second}).Validate())
	assert.ErrorContains(t, (&usecase.ScanConfig{StaleAfter: time.Second}).Validate(), "PAYMENT_SCAN_INTERVAL")
	assert.ErrorContains(t, (&usecase.ScanConfig{Interval: time.Second}).Validate(), "PAYMENT_STALE_AFTER")
}
