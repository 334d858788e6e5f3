package ordertest_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/inventory/inventorytest"
	"shop/order/ordertest"
	"shop/platform/auth"
	"shop/platform/contracttest"
	"shop/platform/grpcclient"
	"shop/wallet/wallettest"
)

// shop is all three services on one broker, as a customer and an admin see them.
type shop struct {
	t               *testing.T
	customer, admin context.Context
	buyer           string
	orders          orderv1.OrderServiceClient
	stock           inventoryv1.InventoryServiceClient
	money           walletv1.WalletServiceClient
}

// newShop has ten pieces of tea at 1 euro, and a buyer with 20 euros.
func newShop(t *testing.T) *shop {
	t.Helper()
	keys := contracttest.NewKeys(t)
	inventoryAddr, walletAddr := inventorytest.Serve(t, keys), wallettest.Serve(t, keys)
	orderAddr := ordertest.Serve(t, keys, inventoryAddr, walletAddr)
	s := &shop{
		t: t, buyer: uuid.NewString(),
		orders: orderv1.NewOrderServiceClient(dial(t, orderAddr)),
		stock:  inventoryv1.NewInventoryServiceClient(dial(t, inventoryAddr)),
		money:  walletv1.NewWalletServiceClient(dial(t, walletAddr)),
	}
	s.customer = auth.WithPrincipal(t.Context(), auth.Principal{}, keys.Token(s.buyer, auth.Customer))
	s.admin = auth.WithPrincipal(t.Context(), auth.Principal{}, keys.Token(uuid.NewString(), auth.Admin))
	_, err := s.stock.PutProduct(s.admin, &inventoryv1.PutProductRequest{
		Sku: "tea", Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: 100, Currency: "EUR"},
	})
	require.NoError(t, err)
	_, err = s.stock.AdjustStock(s.admin, &inventoryv1.AdjustStockRequest{Sku: "tea", Delta: 10, IdempotencyKey: "d1"})
	require.NoError(t, err)
	_, err = s.money.TopUp(s.admin, &walletv1.TopUpRequest{
		UserId: s.buyer, Amount: &walletv1.Money{MinorUnits: 2000, Currency: "EUR"}, IdempotencyKey: "t1",
	})
	require.NoError(t, err)
	return s
}

func dial(t *testing.T, target string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpcclient.Dial(target, grpcclient.WithCredentials(auth.ForwardToken()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// place returns a new order, which is pending.
func (s *shop) place(quantity int32) *orderv1.Order {
	s.t.Helper()
	placed, err := s.orders.CreateOrder(s.customer, &orderv1.CreateOrderRequest{
		IdempotencyKey: uuid.NewString(), Items: []*orderv1.NewOrderItem{{Sku: "tea", Quantity: quantity}},
	})
	require.NoError(s.t, err)
	require.Equal(s.t, orderv1.OrderStatus_ORDER_STATUS_PENDING, placed.GetOrder().GetStatus())
	return placed.GetOrder()
}

// await returns the order once it has this status.
func (s *shop) await(id string, status orderv1.OrderStatus) (order *orderv1.Order) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		answer, err := s.orders.GetOrder(s.customer, &orderv1.GetOrderRequest{Id: id})
		require.NoError(s.t, err)
		order = answer.GetOrder()
		return order.GetStatus() == status
	}, 20*time.Second, 5*time.Millisecond, "the order is not %s", status)
	return order
}

// eventually waits for what is on the shelf and in the purse: a change that an order has announced may still be on its way.
func (s *shop) eventually(available, reserved, balance int64) {
	s.t.Helper()
	want, got := []int64{available, reserved, balance}, []int64(nil)
	defer func() { assert.Equal(s.t, want, got, "available and reserved pieces, and the buyer's money") }()
	require.Eventually(s.t, func() bool {
		stock, err := s.stock.GetStock(s.admin, &inventoryv1.GetStockRequest{Sku: "tea"})
		require.NoError(s.t, err)
		purse, err := s.money.GetWallet(s.admin, &walletv1.GetWalletRequest{UserId: s.buyer, Currency: "EUR"})
		require.NoError(s.t, err)
		got = []int64{stock.GetStock().GetAvailable(), stock.GetStock().GetReserved(), purse.GetWallet().GetBalance().GetMinorUnits()}
		return assert.ObjectsAreEqual(want, got)
	}, 20*time.Second, 5*time.Millisecond)
}

// The commands and replies of sagas mean the same on both sides. Not parallel: the services are configured by the environment.
func TestSagas_RealServices_EndWithRightEffects(t *testing.T) {
	s := newShop(t)

	paid := s.place(3)
	s.await(paid.GetId(), orderv1.OrderStatus_ORDER_STATUS_PAID)
	s.eventually(7, 3, 1700)
	_, err := s.orders.CancelOrder(s.customer, &orderv1.CancelOrderRequest{Id: paid.GetId()})
	require.NoError(t, err)
	s.await(paid.GetId(), orderv1.OrderStatus_ORDER_STATUS_CANCELLED)
	s.eventually(10, 0, 2000)

	tooMuch := s.place(11)
	refused := s.await(tooMuch.GetId(), orderv1.OrderStatus_ORDER_STATUS_CANCELLED)
	assert.Equal(t, "OUT_OF_STOCK", refused.GetCancellation().GetCode())
	s.eventually(10, 0, 2000)

	_, err = s.stock.AdjustStock(s.admin, &inventoryv1.AdjustStockRequest{Sku: "tea", Delta: 20, IdempotencyKey: "d2"})
	require.NoError(t, err)
	tooDear := s.place(21)
	refused = s.await(tooDear.GetId(), orderv1.OrderStatus_ORDER_STATUS_CANCELLED)
	assert.Equal(t, "INSUFFICIENT_BALANCE", refused.GetCancellation().GetCode())
	s.eventually(30, 0, 2000)

	early := s.place(2)
	_, err = s.orders.CancelOrder(s.customer, &orderv1.CancelOrderRequest{Id: early.GetId()})
	require.NoError(t, err)
	s.await(early.GetId(), orderv1.OrderStatus_ORDER_STATUS_CANCELLED)
	s.eventually(30, 0, 2000)

	shipped := s.place(4)
	s.await(shipped.GetId(), orderv1.OrderStatus_ORDER_STATUS_PAID)
	_, err = s.orders.ShipOrder(s.admin, &orderv1.ShipOrderRequest{Id: shipped.GetId()})
	require.NoError(t, err)
	s.eventually(26, 0, 1600)
	_, err = s.orders.CancelOrder(s.customer, &orderv1.CancelOrderRequest{Id: shipped.GetId()})
	assert.ErrorContains(t, err, "cannot be cancelled")
}

// The event of the change deletes the cached price, which would stay for an hour. Not parallel: the services are configured by the
// environment.
func TestCatalogue_PriceChanged_ReachesTheCache(t *testing.T) {
	t.Setenv("CATALOGUE_CACHE_TTL", "1h")
	s, sku := newShop(t), "tea-"+uuid.NewString()
	put := func(minorUnits int64) {
		_, err := s.stock.PutProduct(s.admin, &inventoryv1.PutProductRequest{
			Sku: sku, Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: minorUnits, Currency: "EUR"},
		})
		require.NoError(t, err)
	}
	total := func() int64 {
		placed, err := s.orders.CreateOrder(s.customer, &orderv1.CreateOrderRequest{
			IdempotencyKey: uuid.NewString(), Items: []*orderv1.NewOrderItem{{Sku: sku, Quantity: 1}},
		})
		require.NoError(t, err)
		return placed.GetOrder().GetTotal().GetMinorUnits()
	}
	put(100)
	require.EqualValues(t, 100, total())

	put(150)

	require.Eventually(t, func() bool { return total() == 150 }, 20*time.Second, 20*time.Millisecond, "the old price stays in the cache")
}
