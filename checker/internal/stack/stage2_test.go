package stack

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/fault"
)

func asyncShop(t *testing.T) Options {
	return servicesOf(t, "stage2-async", "order", "inventory", "wallet", "gateway")
}

func TestStage2Purchase(t *testing.T) {
	t.Parallel()
	purchaseEnds(t, asyncShop(t))
}

func purchaseEnds(t *testing.T, options Options) {
	t.Helper()
	s := stocked(t, options)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	accepted, err := s.Shop.CreateOrder(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, 202, accepted.Status, accepted.String())
	require.Equal(t, "PENDING", accepted.Data.Status)
	began := time.Now()
	bought, err := s.Shop.AwaitOrder(ctx, buyer, accepted.Data.ID)
	require.NoError(t, err)
	t.Logf("paid after %s", time.Since(began))
	require.Equal(t, "PAID", bought.Data.Status, bought.String())

	again, err := s.Shop.CreateOrder(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, accepted.Data.ID, again.Data.ID)
	wallet, err := s.Shop.Wallet(ctx, buyer)
	require.NoError(t, err)
	require.EqualValues(t, 49_500, wallet.Data.Balance.MinorUnits)
	stock, err := s.Shop.Stock(ctx, "tea")
	require.NoError(t, err)
	require.EqualValues(t, 9, stock.Data.Available)

	var commands []string
	seen := map[string]bool{} // a message that comes before its queue exists is returned, and published again
	for _, p := range s.Broker("order").Passages(fault.Publish, fault.Match{Where: func(m fault.Message) bool {
		return m.RoutingKey == "inventory.stock.reserve" || m.RoutingKey == "wallet.balance.deduct"
	}}) {
		if !seen[p.Message.ID] {
			commands = append(commands, p.Message.RoutingKey)
		}
		seen[p.Message.ID] = true
	}
	require.Equal(t, []string{"inventory.stock.reserve", "wallet.balance.deduct"}, commands)
}

// The wallet's reply, delivered twice and late, changes nothing.
func TestStage2_CommandsDeliveredTwice_ChargeOnce(t *testing.T) {
	t.Parallel()
	commandsTwiceChargeOnce(t, asyncShop(t))
}

func commandsTwiceChargeOnce(t *testing.T, options Options) {
	t.Helper()
	s := stocked(t, options)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	twice := s.Broker("wallet").DuplicateDelivery(fault.Key("wallet.balance.deduct"), 0)
	replies := s.Broker("order").DuplicateDelivery(fault.Key("order.saga.reply"), 0)
	bought, err := s.Shop.Buy(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, "PAID", bought.Data.Status, bought.String())
	require.Equal(t, 1, twice.Hits())
	require.GreaterOrEqual(t, replies.Hits(), 2)
	wallet, err := s.Shop.Wallet(ctx, buyer)
	require.NoError(t, err)
	require.EqualValues(t, 49_500, wallet.Data.Balance.MinorUnits)
}

// The order service dies between the broker's taking of a command and its confirm: the command is sent twice and done once.
func TestStage2_OrderDiesBeforeTheConfirm_PurchaseStillEnds(t *testing.T) {
	t.Parallel()
	crashBeforeConfirm(t, asyncShop(t))
}

func crashBeforeConfirm(t *testing.T, options Options) {
	t.Helper()
	s := stocked(t, options)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	hold := s.Broker("order").HoldConfirm(fault.Key("wallet.balance.deduct"), 1)
	accepted, err := s.Shop.CreateOrder(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.True(t, accepted.OK(), accepted.String())
	require.NoError(t, hold.Wait(ctx))
	require.NoError(t, s.Service("order").Kill())
	hold.Drop()
	require.NoError(t, s.Service("order").Restart(ctx, nil))
	bought, err := s.Shop.AwaitOrder(ctx, buyer, accepted.Data.ID)
	require.NoError(t, err)
	require.Equal(t, "PAID", bought.Data.Status, bought.String())
	wallet, err := s.Shop.Wallet(ctx, buyer)
	require.NoError(t, err)
	require.EqualValues(t, 49_500, wallet.Data.Balance.MinorUnits)
}

// The broker is away and comes back; what was accepted meanwhile is delivered.
func TestStage2_BrokerCut_PurchasesWaitAndEnd(t *testing.T) {
	t.Parallel()
	brokerCut(t, asyncShop(t))
}

func brokerCut(t *testing.T, options Options) {
	t.Helper()
	s := stocked(t, options)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	s.Brokers().Cut()
	accepted, err := s.Shop.CreateOrder(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.True(t, accepted.OK(), "a purchase is accepted without a broker: %s", accepted)
	require.NoError(t, s.Brokers().Heal())
	bought, err := s.Shop.AwaitOrder(ctx, buyer, accepted.Data.ID)
	require.NoError(t, err)
	require.Equal(t, "PAID", bought.Data.Status, bought.String())
}

// A panel that asks for a metric which does not exist shows nothing, and looks healthy.
func TestStage2_Dashboard_EveryMetricExists(t *testing.T) {
	t.Parallel()
	dashboard(t, asyncShop(t), "stage2-async")
}

func dashboard(t *testing.T, options Options, stage string) {
	t.Helper()
	s := stocked(t, withJobs(t, options))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	bought, err := s.Shop.Buy(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, "PAID", bought.Data.Status, bought.String())
	w := &walk{t: t, s: s, contract: served(t, s.Gateway)}
	w.client = &http.Client{Transport: plainHTTP.Transport}
	w.jobs()
	require.Eventually(t, func() bool {
		return len(scrape(t, s.Service("order"))["order_projection_lag_seconds"].GetMetric()) > 0
	}, 20*time.Second, 20*time.Millisecond, "the read model gets no events")

	dashboardHasMetrics(t, s, stage)
}
