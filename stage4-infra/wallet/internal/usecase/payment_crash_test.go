package usecase_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"shop/paymentsim"
	"shop/platform/crashtest"
	"shop/platform/errs"
	"shop/wallet/internal/domain"
)

// leastPoints is the number of crash points that a test must find at least; with fewer, the crashes are not real.
const leastPoints = 4

// The process is killed at each point of its work in turn. Then the scanner settles the payment and the customer repeats the request, in
// both orders: the money at the provider is the money in the wallet, and every repetition gets the same answer.
func TestPayIn_CrashAtAnyPoint_ConservesMoney(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	for name, scenario := range map[string]struct {
		fault string
		funds int64 // in the wallet before
	}{
		"all works":         {},
		"declined":          {fault: paymentsim.Decline},
		"wallet is full":    {funds: domain.MaxBalance},
		"charged, then 500": {fault: paymentsim.FailAfter},
		"never arrives":     {fault: paymentsim.FailBefore},
		"answered twice":    {fault: paymentsim.Twice},
	} {
		for _, first := range []string{"scanner", "customer"} {
			for diesAt := int64(1); ; diesAt++ {
				c, victim := f.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
				at := fmt.Sprintf("%s, killed at point %d, the %s comes first", name, diesAt, first)
				if scenario.funds > 0 {
					c.funded(scenario.funds)
				}
				if scenario.fault != "" {
					c.faulty(chargeFault(scenario.fault))
				}
				_, _ = c.start(victim, nil).payIn.Execute(withTimeout(t), c.card("k", 500))
				c.faulty()

				if first == "scanner" {
					c.settle()
				}
				paid, err := c.payIn.Execute(withTimeout(t), c.card("k", 500))
				c.settle()

				require.NotEqual(t, errs.Aborted, errs.CodeOf(err), at)
				c.wantConserved(at)
				again, repeated := c.payIn.Execute(withTimeout(t), c.card("k", 500))
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

func TestScan_CrashAtAnyPoint_IsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	for name, fault := range map[string]string{"charged": paymentsim.FailAfter, "not charged": paymentsim.FailBefore} {
		for diesAt := int64(1); ; diesAt++ {
			c, victim := f.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
			c.faulty(chargeFault(fault))
			_, err := c.payIn.Execute(withTimeout(t), c.card("k", 500))
			require.Equal(t, errs.Aborted, errs.CodeOf(err))

			_, _ = c.start(victim, nil).scan.Execute(withTimeout(t))
			c.settle()

			c.wantConserved(fmt.Sprintf("%s, scanner killed at point %d", name, diesAt))
			if !victim.IsDead() {
				require.Greater(t, diesAt, int64(leastPoints))
				break
			}
		}
	}
}
