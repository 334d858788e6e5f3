package usecase_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/paymentsim"
	"shop/platform/crashtest"
	"shop/platform/errs"
	"shop/wallet/internal/usecase"
)

var seedFlag = flag.Uint64("seed", 0, "repeats the random choices of a run; 0 draws a seed")

const (
	customerCount = 6
	requestCount  = 15
	providerDelay = 300 * time.Millisecond
	staleAfter    = 400 * time.Millisecond
)

// Customers pay by card and repeat requests, processes die, scanners run, and the provider is slow, fails, receives requests twice and loses
// answers. In the end, the money at the provider is the money in the wallets.
func TestPayments_UnderFaults_ConserveMoney(t *testing.T) {
	t.Parallel()
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d: repeat with -run %s -seed %d", seed, t.Name(), seed)
	f := newPaymentFixture(t).impatient()
	require.NoError(t, f.sim.SetFaults(seed,
		paymentsim.Fault{Kind: paymentsim.Delay, Probability: .05, DelayMS: int(providerDelay.Milliseconds())},
		paymentsim.Fault{Kind: paymentsim.FailBefore, Probability: .08},
		paymentsim.Fault{Kind: paymentsim.FailAfter, Probability: .08},
		paymentsim.Fault{Kind: paymentsim.AnswerLost, Probability: .08},
		paymentsim.Fault{Kind: paymentsim.Decline, Probability: .05},
		paymentsim.Fault{Kind: paymentsim.Twice, Probability: .1, DelayMS: 5},
	))
	stopped, stop := context.WithCancel(t.Context())
	var scanners, customers sync.WaitGroup
	for range 2 {
		scanners.Go(func() { f.scanUntil(stopped) })
	}
	users := make([]*paymentFixture, customerCount)
	for n := range users {
		users[n] = f.as(uuid.NewString())
		dice := rand.New(rand.NewPCG(seed, uint64(n)))
		customers.Go(func() { users[n].payUnderFaults(dice) })
	}
	customers.Wait()
	stop()
	scanners.Wait()

	f.faulty()
	calm := time.Now().Add(providerDelay)
	f.settle()
	require.Eventually(t, func() bool { return time.Now().After(calm) }, 5*time.Second, 10*time.Millisecond, "delayed charges arrive")
	assert.Zero(t, f.unsettled())
	for _, status := range []string{"BOOKED", "DECLINED", "VOIDED"} {
		var n int
		require.NoError(t, f.pool.QueryRow(t.Context(), "SELECT count(*) FROM payments WHERE status = $1", status).Scan(&n))
		t.Logf("%d payments are %s", n, status)
	}
	for _, user := range users {
		user.wantConserved(user.user.UserID)
	}
}

// payUnderFaults sends requests, each up to three times, to processes of which some are about to die.
func (f *paymentFixture) payUnderFaults(dice *rand.Rand) {
	for n := range requestCount {
		p := f.start(&crashtest.Process{DiesAt: dice.Int64N(30)}, nil)
		in := f.card(fmt.Sprint(n), 1+dice.Int64N(3))
		for range 1 + dice.IntN(3) {
			ctx, cancel := context.WithTimeout(f.t.Context(), 10*time.Second)
			_, err := p.payIn.Execute(ctx, in)
			cancel()
			if errs.CodeOf(err) == errs.Internal {
				assert.ErrorIs(f.t, err, crashtest.ErrDead, "only a crash may be internal")
				p = f.process
			}
		}
	}
}

func (f *paymentFixture) scanUntil(stopped context.Context) {
	scan := f.scanWith(usecase.ScanConfig{StaleAfter: staleAfter})
	for stopped.Err() == nil {
		_, _ = scan.Execute(stopped)
		select {
		case <-time.After(20 * time.Millisecond):
		case <-stopped.Done():
		}
	}
}
