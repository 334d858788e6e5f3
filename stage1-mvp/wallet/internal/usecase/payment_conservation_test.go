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

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

var seedFlag = flag.Uint64("seed", 0, "repeats the random choices of a run; 0 takes new ones")

const (
	stormCustomers = 6
	stormRequests  = 15
	stormDelay     = 300 * time.Millisecond
	stormStale     = 400 * time.Millisecond
)

// Customers pay in, repeat themselves and want their money back, processes die in the middle, scanners run beside them, and the provider is
// slow, fails, hears things twice and loses its answers. When all is quiet, each cent at the provider is one in a wallet, and the other way
// round.
func TestNoStormLosesOrMakesMoney(t *testing.T) {
	t.Parallel()
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d: repeat with -run %s -seed %d", seed, t.Name(), seed)
	b := newTill(t).hasty()
	require.NoError(t, b.sim.SetFaults(seed,
		paymentsim.Fault{Kind: paymentsim.Delay, Probability: .05, DelayMS: int(stormDelay.Milliseconds())},
		paymentsim.Fault{Kind: paymentsim.FailBefore, Probability: .08},
		paymentsim.Fault{Kind: paymentsim.FailAfter, Probability: .08},
		paymentsim.Fault{Kind: paymentsim.AnswerLost, Probability: .08},
		paymentsim.Fault{Kind: paymentsim.Decline, Probability: .05},
		paymentsim.Fault{Kind: paymentsim.Twice, Probability: .1, DelayMS: 5},
	))
	quiet, stop := context.WithCancel(t.Context())
	var scanners, customers sync.WaitGroup
	for range 2 {
		scanners.Go(func() { b.scanUntil(quiet) })
	}
	users := make([]*till, stormCustomers)
	for n := range users {
		users[n] = b.as(uuid.NewString())
		dice := rand.New(rand.NewPCG(seed, uint64(n)))
		customers.Go(func() { users[n].shopInAStorm(dice) })
	}
	customers.Wait()
	stop()
	scanners.Wait()

	b.faulty()
	calm := time.Now().Add(stormDelay)
	b.settle()
	require.Eventually(t, func() bool { return time.Now().After(calm) }, 5*time.Second, 10*time.Millisecond, "what is on its way arrives")
	assert.Zero(t, b.open())
	for _, status := range []string{"BOOKED", "DECLINED", "VOIDED", "REFUNDED"} {
		var n int
		require.NoError(t, b.pool.QueryRow(t.Context(), "SELECT count(*) FROM payments WHERE status = $1", status).Scan(&n))
		t.Logf("%d payments are %s", n, status)
	}
	for _, user := range users {
		user.wantConserved(user.user.UserID)
	}
}

// shopInAStorm sends requests, each of them up to three times, to processes of which some are about to die.
func (t *till) shopInAStorm(dice *rand.Rand) {
	var bought []string
	for n := range stormRequests {
		p := t.start(&crashtest.Process{DiesAt: dice.Int64N(30)}, nil)
		in, back := t.card(fmt.Sprint(n), 1+dice.Int64N(3)), ""
		if len(bought) > 0 && dice.IntN(4) == 0 {
			back = bought[dice.IntN(len(bought))]
		}
		for range 1 + dice.IntN(3) {
			ctx, cancel := context.WithTimeout(t.t.Context(), 10*time.Second)
			var err error
			if back != "" {
				_, err = p.backToMe.Execute(ctx, t.giveBack(in.IdempotencyKey, back))
			} else {
				var paid dto.PaidIn
				if paid, err = p.payIn.Execute(ctx, in); err == nil {
					bought = append(bought, paid.Payment.ID)
				}
			}
			cancel()
			if code := errs.CodeOf(err); code == errs.Internal {
				assert.ErrorIs(t.t, err, crashtest.ErrDead, "nobody else may fail")
				p = t.process
			}
		}
	}
}

func (t *till) scanUntil(quiet context.Context) {
	for quiet.Err() == nil {
		_, _ = t.scanAfter(stormStale).Execute(quiet)
		select {
		case <-time.After(20 * time.Millisecond):
		case <-quiet.Done():
		}
	}
}
