package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/inventory/inventorytest"
	"shop/order/internal/client/inventory"
	"shop/order/internal/client/wallet"
	"shop/order/internal/domain"
	"shop/platform/auth"
	"shop/platform/contracttest"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/wallet/wallettest"
)

const (
	reserveStep = "RESERVE_INVENTORY"
	deductStep  = "DEDUCT_BALANCE"
)

// neighbours are the services that order calls, as they really are: through the clients of order and, to look at them, as an admin.
type neighbours struct {
	t         *testing.T
	buyer     string
	inventory *inventory.Client
	wallet    *wallet.Client
	stock     inventoryv1.InventoryServiceClient
	money     walletv1.WalletServiceClient
	admin     context.Context
}

func newNeighbours(t *testing.T) *neighbours {
	t.Helper()
	keys := contracttest.NewKeys(t)
	inventoryAddr, walletAddr := inventorytest.Serve(t, keys), wallettest.Serve(t, keys)
	own := auth.ServiceCredentials(keys.Issuer("order"))
	admin := auth.WithPrincipal(t.Context(), auth.Principal{}, keys.Token(uuid.NewString(), auth.Admin))
	n := &neighbours{
		t: t, buyer: uuid.NewString(), admin: admin,
		inventory: inventory.New(dial(t, inventoryAddr, own)), wallet: wallet.New(dial(t, walletAddr, own)),
		stock: inventoryv1.NewInventoryServiceClient(dial(t, inventoryAddr, auth.ForwardToken())),
		money: walletv1.NewWalletServiceClient(dial(t, walletAddr, auth.ForwardToken())),
	}
	_, err := n.stock.PutProduct(admin, &inventoryv1.PutProductRequest{
		Sku: "tea", Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: 100, Currency: "EUR"},
	})
	require.NoError(t, err)
	_, err = n.stock.AdjustStock(admin, &inventoryv1.AdjustStockRequest{Sku: "tea", Delta: 10, IdempotencyKey: "d1"})
	require.NoError(t, err)
	_, err = n.money.TopUp(admin, &walletv1.TopUpRequest{
		UserId: n.buyer, Amount: &walletv1.Money{MinorUnits: 2000, Currency: "EUR"}, IdempotencyKey: "t1",
	})
	require.NoError(t, err)
	return n
}

func dial(t *testing.T, target string, credentials auth.Credentials) *grpc.ClientConn {
	t.Helper()
	conn, err := grpcclient.Dial(target, grpcclient.WithCredentials(credentials))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (n *neighbours) order(quantity int32, price int64) *domain.Order {
	n.t.Helper()
	each, err := domain.NewMoney(price, "EUR")
	require.NoError(n.t, err)
	item, err := domain.NewItem("tea", quantity, each)
	require.NoError(n.t, err)
	order, err := domain.NewOrder(uuid.NewString(), n.buyer, []domain.Item{item}, time.Now())
	require.NoError(n.t, err)
	return order
}

// want compares what is on the shelf and in the purse.
func (n *neighbours) want(available, reserved, balance int64) {
	n.t.Helper()
	stock, err := n.stock.GetStock(n.admin, &inventoryv1.GetStockRequest{Sku: "tea"})
	require.NoError(n.t, err)
	purse, err := n.money.GetWallet(n.admin, &walletv1.GetWalletRequest{UserId: n.buyer, Currency: "EUR"})
	require.NoError(n.t, err)
	assert.Equal(n.t, []int64{available, reserved, balance},
		[]int64{stock.GetStock().GetAvailable(), stock.GetStock().GetReserved(), purse.GetWallet().GetBalance().GetMinorUnits()},
		"available and reserved pieces, and the buyer's money")
}

// Not parallel: the services are configured by the environment.
func TestTheSagasStepsMeanTheSameOnBothSides(t *testing.T) {
	n, sagaID := newNeighbours(t), uuid.NewString()
	order := n.order(3, 100)

	for range 2 { // a step that is repeated happens once
		require.NoError(t, n.inventory.Reserve(t.Context(), sagaID, reserveStep, order))
		require.NoError(t, n.wallet.Deduct(t.Context(), sagaID, deductStep, order))
		n.want(7, 3, 1700)
	}
	for range 2 {
		require.NoError(t, n.wallet.Refund(t.Context(), sagaID, deductStep, order))
		require.NoError(t, n.inventory.Release(t.Context(), sagaID, reserveStep, order))
		n.want(10, 0, 2000)
	}
}

func TestARefusalOfAStepIsOneForTheSaga(t *testing.T) {
	n := newNeighbours(t)
	for reason, refuse := range map[string]func() error{
		"INSUFFICIENT_STOCK":   func() error { return n.inventory.Reserve(t.Context(), uuid.NewString(), reserveStep, n.order(11, 1)) },
		"INSUFFICIENT_BALANCE": func() error { return n.wallet.Deduct(t.Context(), uuid.NewString(), deductStep, n.order(1, 2001)) },
	} {
		err := refuse()
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
		assert.Equal(t, reason, errs.From(err).Reason)
		assert.True(t, errs.Refused(err), "%s: the step did not happen and never will, so it needs no undoing", reason)
	}
	n.want(10, 0, 2000)
}

func TestStep_CompensatedBeforeArrival_NeverHappens(t *testing.T) {
	n, sagaID := newNeighbours(t), uuid.NewString()
	order := n.order(1, 100)
	require.NoError(t, n.wallet.Refund(t.Context(), sagaID, deductStep, order))
	require.NoError(t, n.inventory.Release(t.Context(), sagaID, reserveStep, order))

	for _, late := range []error{
		n.wallet.Deduct(t.Context(), sagaID, deductStep, order), n.inventory.Reserve(t.Context(), sagaID, reserveStep, order),
	} {
		assert.Error(t, late)
	}
	n.want(10, 0, 2000)
}

func TestOnlyServicesMayTakeSteps(t *testing.T) {
	n := newNeighbours(t)
	_, err := n.money.Deduct(n.admin, &walletv1.DeductRequest{})
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = n.stock.Reserve(n.admin, &inventoryv1.ReserveRequest{})
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
}
