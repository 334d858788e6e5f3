package usecase_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"shop/paymentsim"
	"shop/platform/crashtest"
	"shop/platform/errs"
	"shop/wallet/internal/service/payment"
)

// The provider has reported to the scanner that there is no charge. Before the scanner can void it, the customer repeats the request, which
// charges the card and dies at each point in turn: a booked payment must not be voided.
func TestScan_RacingWithTheCustomer_VoidsNoBookedPayment(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	for diesAt := int64(1); ; diesAt++ {
		c, customer := f.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
		at := fmt.Sprintf("the customer died at point %d", diesAt)
		c.faulty(chargeFault(paymentsim.FailBefore))
		_, err := c.payIn.Execute(withTimeout(t), c.card("k", 500))
		require.Equal(t, errs.Aborted, errs.CodeOf(err), at)
		scanner := c.start(&crashtest.Process{}, func(p payment.Provider) payment.Provider {
			return interrupted{p, func() { _, _ = c.start(customer, nil).payIn.Execute(withTimeout(t), c.card("k", 500)) }}
		})

		_, err = scanner.scan.Execute(withTimeout(t))
		require.NoError(t, err)

		c.settle()
		c.wantConserved(at)
		if !customer.IsDead() {
			require.Greater(t, diesAt, int64(leastPoints))
			break
		}
	}
}
