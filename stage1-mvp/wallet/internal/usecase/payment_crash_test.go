package usecase_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// leastPoints is how many points a crash test must at least have found; with fewer, the crashes are not real.
const leastPoints = 4

// The process is killed at every point of its work in turn. Then the scanner settles what it left, or the customer repeats his request, and
// then the other one: whoever comes first, the money at the provider is the money in the wallet, and every repetition is told the same.
func TestNoCrashOfAPaymentLosesOrMakesMoney(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	for name, scenario := range map[string]struct {
		fault  string
		inside int64 // what is in the wallet before
	}{
		"all works":         {},
		"declined":          {fault: paymentsim.Decline},
		"wallet is full":    {inside: domain.MaxBalance},
		"charged, then 500": {fault: paymentsim.FailAfter},
		"never arrives":     {fault: paymentsim.FailBefore},
		"answered twice":    {fault: paymentsim.Twice},
	} {
		for _, first := range []string{"scanner", "customer"} {
			for diesAt := int64(1); ; diesAt++ {
				c, victim := b.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
				at := fmt.Sprintf("%s, killed at point %d, the %s comes first", name, diesAt, first)
				if scenario.inside > 0 {
					c.funded(scenario.inside)
				}
				if scenario.fault != "" {
					c.faulty(paymentsim.Fault{Kind: scenario.fault, Operation: paymentsim.OpCharge, Count: 1})
				}
				_, _ = c.start(victim, nil).payIn.Execute(inTime(t), c.card("k", 500))
				c.faulty()

				if first == "scanner" {
					c.settle()
				}
				paid, err := c.payIn.Execute(inTime(t), c.card("k", 500))
				c.settle()

				require.NotEqual(t, errs.Aborted, errs.CodeOf(err), at)
				c.wantConserved(at)
				again, repeated := c.payIn.Execute(inTime(t), c.card("k", 500))
				require.Equal(t, paid.Wallet, again.Wallet, at)
				require.Equal(t, errs.From(err), errs.From(repeated), at)
				c.wantConserved(at)
				if !victim.IsDead() {
					require.Greater(t, diesAt, int64(leastPoints))
					break
				}
			}
		}
	}
}

func TestNoCrashOfARefundLosesOrMakesMoney(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	for name, fault := range map[string]string{
		"all works": "", "the card refuses": paymentsim.Decline, "given back, then 500": paymentsim.FailAfter, "never arrives": paymentsim.FailBefore,
	} {
		for diesAt := int64(1); ; diesAt++ {
			c, victim := b.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
			at := fmt.Sprintf("%s, killed at point %d", name, diesAt)
			id := c.pay(500).Payment.ID
			if fault != "" {
				c.faulty(paymentsim.Fault{Kind: fault, Operation: paymentsim.OpRefund, Count: 1})
			}
			_, _ = c.start(victim, nil).backToMe.Execute(inTime(t), c.giveBack("r", id))
			if victim.IsDead() {
				c.settle()
			}
			c.faulty()
			_, err := c.backToMe.Execute(inTime(t), c.giveBack("r", id))
			c.settle()

			require.NotEqual(t, errs.Aborted, errs.CodeOf(err), at)
			_, repeated := c.backToMe.Execute(inTime(t), c.giveBack("r", id))
			require.Equal(t, errs.From(err), errs.From(repeated), at)
			c.wantConserved(at)
			c.wantBalance(map[bool]int64{true: 0, false: 500}[err == nil])
			if !victim.IsDead() {
				require.Greater(t, diesAt, int64(leastPoints))
				break
			}
		}
	}
}

// The scanners themselves are killed at every point as well.
func TestACrashOfTheScannerIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	for name, fault := range map[string]string{"charged": paymentsim.FailAfter, "not charged": paymentsim.FailBefore} {
		for diesAt := int64(1); ; diesAt++ {
			c, victim := b.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
			c.faulty(paymentsim.Fault{Kind: fault, Operation: paymentsim.OpCharge, Count: 1})
			_, err := c.payIn.Execute(inTime(t), c.card("k", 500))
			require.Equal(t, errs.Aborted, errs.CodeOf(err))

			_, _ = c.start(victim, nil).scan.Execute(inTime(t))
			c.settle()

			c.wantConserved(fmt.Sprintf("%s, scanner killed at point %d", name, diesAt))
			if !victim.IsDead() {
				require.Greater(t, diesAt, int64(leastPoints))
				break
			}
		}
	}
}
