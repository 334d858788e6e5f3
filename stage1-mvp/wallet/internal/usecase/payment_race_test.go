package usecase_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
)

// slowToHear is told by the provider at once, but hears it only after something else has happened.
type slowToHear struct {
	payment.Provider
	meanwhile func()
}

func (p slowToHear) Find(ctx context.Context, asked *domain.Payment) error {
	answer := p.Provider.Find(ctx, asked)
	p.meanwhile()
	return answer
}

// The scanner has heard that there is no charge. Before it can void it, the customer repeats his request, which charges the card, and comes
// as far as it comes: money that is in the wallet must not be taken back.
func TestAScannerThatIsLateTakesNothingBackThatIsBooked(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	for diesAt := int64(1); ; diesAt++ {
		c, customer := b.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
		at := fmt.Sprintf("the customer came to point %d", diesAt)
		c.faulty(faultOnce(paymentsim.FailBefore)...)
		_, err := c.payIn.Execute(inTime(t), c.card("k", 500))
		require.Equal(t, errs.Aborted, errs.CodeOf(err), at)
		scanner := c.start(&crashtest.Process{}, func(p payment.Provider) payment.Provider {
			return slowToHear{p, func() { _, _ = c.start(customer, nil).payIn.Execute(inTime(t), c.card("k", 500)) }}
		})

		_, err = scanner.scan.Execute(inTime(t))
		require.NoError(t, err)

		c.settle()
		c.wantConserved(at)
		if !customer.IsDead() {
			require.Greater(t, diesAt, int64(leastPoints))
			break
		}
	}
}
