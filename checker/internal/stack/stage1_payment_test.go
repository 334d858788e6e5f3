package stack

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	walletv1 "shop/gen/wallet/v1"
	"shop/paymentsim"
)

const (
	paymentSeed  = 20261122
	paymentKills = 12
)

// The wallet is killed again and again while cards are charged at a provider that is slow and loses answers. In the end, what
// the provider holds is what the ledgers have.
func TestStage1KillsOfTheWalletLoseAndMakeNoMoney(t *testing.T) {
	t.Logf("seed %d", paymentSeed)
	options := stage1(t, "wallet")
	options.Env = map[string]string{"PAYMENT_SCAN_INTERVAL": "200ms", "PAYMENT_STALE_AFTER": "1s", "PAYMENT_TIMEOUT": "300ms"}
	s := up(t, options)
	require.NoError(t, s.Provider.SetFaults(paymentSeed,
		paymentsim.Fault{Kind: paymentsim.Delay, Probability: .5, DelayMS: 100},
		paymentsim.Fault{Kind: paymentsim.Delay, Probability: .05, DelayMS: 500},
		paymentsim.Fault{Kind: paymentsim.AnswerLost, Probability: .1},
		paymentsim.Fault{Kind: paymentsim.FailAfter, Probability: .1},
		paymentsim.Fault{Kind: paymentsim.Twice, Probability: .1},
	))
	ctx, stop := context.WithCancel(t.Context())
	var customers sync.WaitGroup
	for range 6 {
		customers.Go(func() { pay(ctx, s) })
	}
	for range paymentKills {
		before := len(s.Provider.Charges())
		require.Eventually(t, func() bool { return len(s.Provider.Charges()) >= before+5 }, 20*time.Second, time.Millisecond, "no card is charged")
		require.NoError(t, s.Service("wallet").Kill())
		require.NoError(t, s.Service("wallet").Restart(t.Context(), nil))
	}
	stop()
	customers.Wait()
	require.NoError(t, s.Provider.SetFaults(0))

	conn, err := pgx.Connect(t.Context(), options.Databases["wallet_db"])
	require.NoError(t, err)
	defer conn.Close(context.Background())
	count := func(query string) (n int64) {
		require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
		return n
	}
	require.Eventually(t, func() bool {
		return count(`SELECT count(*) FROM payments WHERE status NOT IN ('BOOKED', 'DECLINED', 'VOIDED')`) == 0
	}, 30*time.Second, 50*time.Millisecond, "a payment is never settled")
	t.Logf("%d charges, %d booked, %d voided", len(s.Provider.Charges()), count(`SELECT count(*) FROM payments WHERE status = 'BOOKED'`),
		count(`SELECT count(*) FROM payments WHERE status = 'VOIDED'`))
	require.Equal(t, s.Provider.Net("EUR"), count(`SELECT coalesce(sum(amount_minor), 0)::bigint FROM ledger_entries`))
}

// pay tops up again and again. It repeats a request whose outcome is unknown, with the same key.
func pay(ctx context.Context, s *Stack) {
	user := uuid.NewString()
	api := walletv1.NewPaymentServiceClient(s.Service("wallet").Conn())
	until := func(ask func(ctx context.Context) error) {
		for ctx.Err() == nil {
			call, cancel := context.WithTimeout(s.AsUser(ctx, user), 2*time.Second)
			err := ask(call)
			cancel()
			if code := status.Code(err); code == codes.OK || code == codes.FailedPrecondition {
				return
			}
			time.Sleep(10 * time.Millisecond) // the wallet may be dead just now
		}
	}
	for n := 0; ctx.Err() == nil; n++ {
		until(func(ctx context.Context) error {
			_, err := api.TopUp(ctx, &walletv1.PaymentServiceTopUpRequest{
				Amount: &walletv1.Money{MinorUnits: 100 + int64(n), Currency: "EUR"}, IdempotencyKey: fmt.Sprint(n),
			})
			return err
		})
	}
}
