package client

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"shop/gateway/internal/config"
	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/inventory/inventorytest"
	"shop/order/ordertest"
	"shop/platform/auth"
	platformconfig "shop/platform/config"
	"shop/platform/contracttest"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/lifecycle"
	"shop/platform/mtls"
	"shop/wallet/wallettest"
)

// shop is the clients of the gateway in front of the services themselves, as a customer and as an admin.
type shop struct {
	t               *testing.T
	customer, admin context.Context
	buyer           string
	fields          *contracttest.Fields
	inventory       inventoryv1.InventoryServiceClient
	wallet          walletv1.WalletServiceClient
	orders          orderv1.OrderServiceClient
	jobs            orderv1.JobServiceClient
	payments        walletv1.PaymentServiceClient
}

func newShop(t *testing.T) *shop {
	t.Helper()
	keys := contracttest.NewKeys(t)
	targets := config.Targets{Inventory: inventorytest.Serve(t, keys), Wallet: wallettest.Serve(t, keys)}
	targets.Order = ordertest.Serve(t, keys, targets.Inventory, targets.Wallet)
	cfg := config.Config{Targets: targets, Client: platformconfig.Defaults[grpcclient.Config]()}
	s := &shop{t: t, buyer: uuid.NewString(), fields: contracttest.NewFields()}
	s.customer, s.admin = as(t, keys, s.buyer, auth.Customer), as(t, keys, uuid.NewString(), auth.Admin)
	app := fxtest.New(t, fx.NopLogger, fx.Supply(cfg, platformconfig.Defaults[lifecycle.Config](), new(mtls.Identity), prometheus.NewRegistry()), grpcclient.Module, Module,
		fx.Provide(lifecycle.NewCoordinator),
		fx.Populate(&s.inventory, &s.wallet, &s.orders, &s.jobs, &s.payments))
	app.RequireStart()
	t.Cleanup(app.RequireStop)
	return s
}

// as is the context of a request that the gateway has let in.
func as(t *testing.T, keys *contracttest.Keys, userID string, role auth.Role) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return auth.WithPrincipal(ctx, auth.Principal{Subject: userID, Roles: []string{string(role)}}, keys.Token(userID, role))
}

// ok fails the test on an error, and remembers which fields the answer had.
func (s *shop) ok(answer proto.Message, err error) {
	s.t.Helper()
	require.NoError(s.t, err)
	s.fields.Saw(answer)
}

func (s *shop) refused(code errs.Code, reason string) func(proto.Message, error) {
	return func(_ proto.Message, err error) {
		s.t.Helper()
		assert.Equal(s.t, code, errs.CodeOf(err))
		assert.Equal(s.t, reason, errs.From(err).Reason)
	}
}

// Not parallel: the services are configured by the environment.
func TestContract_GatewayAndServices(t *testing.T) {
	s := newShop(t)

	s.catalogue()
	s.stock()
	s.money()
	s.cards()
	s.purchases()

	for service, except := range map[protoreflect.ServiceDescriptor][]string{
		inventoryv1.File_inventory_v1_inventory_proto.Services().ByName("InventoryService"): {
			// Steps of a saga: order's contract, not the gateway's.
			"inventory.v1.ReleaseResponse.released", "inventory.v1.ReserveResponse.reservation_id",
		},
		walletv1.File_wallet_v1_wallet_proto.Services().ByName("WalletService"): {
			"wallet.v1.DeductResponse.balance", "wallet.v1.RefundResponse.refunded",
		},
		walletv1.File_wallet_v1_payment_proto.Services().ByName("PaymentService"): {
			// Of a top-up that failed, whose id is in the log and not in its refusal.
			"wallet.v1.TopUp.failure_reason",
		},
		orderv1.File_order_v1_order_proto.Services().ByName("OrderService"): {},
	} {
		assert.ElementsMatch(t, except, s.fields.Missing(service), "fields that no answer of %s had", service.FullName())
	}
}

func (s *shop) catalogue() {
	put := &inventoryv1.PutProductRequest{Sku: "tea", Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: 100, Currency: "EUR"}}
	s.ok(s.inventory.PutProduct(s.admin, put))
	s.ok(s.inventory.PutProduct(s.admin, &inventoryv1.PutProductRequest{Sku: "cup", Name: "Cup", UnitPrice: put.GetUnitPrice()}))
	s.refused(errs.Forbidden, "FORBIDDEN")(s.inventory.PutProduct(s.customer, put))
	s.ok(s.inventory.GetProducts(s.customer, &inventoryv1.GetProductsRequest{Skus: []string{"tea", "cup"}}))
	s.refused(errs.NotFound, "PRODUCT_NOT_FOUND")(s.inventory.GetProducts(s.customer, &inventoryv1.GetProductsRequest{Skus: []string{"nothing"}}))
	page, err := s.inventory.ListProducts(s.customer, &inventoryv1.ListProductsRequest{PageSize: 1})
	s.ok(page, err)
	s.ok(s.inventory.ListProducts(s.customer, &inventoryv1.ListProductsRequest{PageSize: 1, PageToken: page.GetNextPageToken()}))
	s.refused(errs.NotFound, "PRODUCT_NOT_FOUND")(s.inventory.AdjustStock(s.admin,
		&inventoryv1.AdjustStockRequest{Sku: "nothing", Delta: 1, IdempotencyKey: "d0"}))
}

func (s *shop) stock() {
	delivery := &inventoryv1.AdjustStockRequest{Sku: "tea", Delta: 10, IdempotencyKey: "d1"}
	s.ok(s.inventory.AdjustStock(s.admin, delivery))
	s.ok(s.inventory.AdjustStock(s.admin, delivery))
	s.refused(errs.Forbidden, "FORBIDDEN")(s.inventory.AdjustStock(s.customer, delivery))
	s.refused(errs.Unauthorized, "UNAUTHORIZED")(s.inventory.AdjustStock(s.t.Context(), delivery))
	s.refused(errs.Conflict, "IDEMPOTENCY_KEY_REUSED")(s.inventory.AdjustStock(s.admin,
		&inventoryv1.AdjustStockRequest{Sku: "tea", Delta: 11, IdempotencyKey: "d1"}))
	s.refused(errs.NotFound, "STOCK_NOT_FOUND")(s.inventory.GetStock(s.customer, &inventoryv1.GetStockRequest{Sku: "nothing"}))
}

func (s *shop) money() {
	topUp := &walletv1.TopUpRequest{UserId: s.buyer, Amount: &walletv1.Money{MinorUnits: 2000, Currency: "EUR"}, IdempotencyKey: "t1"}
	s.ok(s.wallet.TopUp(s.admin, topUp))
	s.ok(s.wallet.TopUp(s.admin, topUp))
	s.ok(s.wallet.GetWallet(s.customer, &walletv1.GetWalletRequest{UserId: s.buyer, Currency: "EUR"}))
	s.refused(errs.InvalidInput, "INVALID_INPUT")(s.wallet.GetWallet(s.customer, &walletv1.GetWalletRequest{UserId: s.buyer, Currency: "eur"}))
}

func (s *shop) cards() {
	pay := func(key, source string) *walletv1.PaymentServiceTopUpRequest {
		return &walletv1.PaymentServiceTopUpRequest{
			Amount: &walletv1.Money{MinorUnits: 300, Currency: "EUR"}, Source: source, IdempotencyKey: key,
		}
	}
	paid, err := s.payments.TopUp(s.customer, pay("p1", ""))
	s.ok(paid, err)
	s.ok(s.payments.TopUp(s.customer, pay("p1", "")))
	s.refused(errs.Conflict, "IDEMPOTENCY_KEY_REUSED")(s.payments.TopUp(s.customer, pay("p1", "tok_other")))
	s.refused(errs.Precondition, "PAYMENT_DECLINED")(s.payments.TopUp(s.customer, pay("p2", "tok_declined")))
	s.refused(errs.Forbidden, "FORBIDDEN")(s.payments.TopUp(s.admin, pay("p1", "")))
	s.refused(errs.Forbidden, "FORBIDDEN")(s.wallet.TopUp(s.customer, &walletv1.TopUpRequest{}))
	id := paid.GetTopUp().GetId()
	s.ok(s.payments.GetTopUp(s.customer, &walletv1.GetTopUpRequest{Id: id}))
	s.refused(errs.NotFound, "TOP_UP_NOT_FOUND")(s.payments.GetTopUp(s.customer, &walletv1.GetTopUpRequest{Id: uuid.NewString()}))
}

func (s *shop) purchases() {
	purchase := func(key string, quantity int32) *orderv1.CreateOrderRequest {
		return &orderv1.CreateOrderRequest{
			IdempotencyKey: key, Items: []*orderv1.NewOrderItem{{Sku: "tea", Quantity: quantity}},
		}
	}
	first, err := s.orders.CreateOrder(s.customer, purchase("o1", 1))
	s.ok(first, err)
	s.ok(s.orders.CreateOrder(s.customer, purchase("o1", 1)))
	second, err := s.orders.CreateOrder(s.customer, purchase("o2", 2))
	s.ok(second, err)
	s.settled(first, orderv1.OrderStatus_ORDER_STATUS_PAID)
	s.settled(second, orderv1.OrderStatus_ORDER_STATUS_PAID)
	dear := purchase("o4", 1)
	dear.ExpectedTotal = &orderv1.Money{MinorUnits: 99, Currency: "EUR"}
	s.refused(errs.Precondition, "PRICE_CHANGED")(s.orders.CreateOrder(s.customer, dear))
	s.refused(errs.NotFound, "PRODUCT_NOT_FOUND")(s.orders.CreateOrder(s.customer, &orderv1.CreateOrderRequest{
		IdempotencyKey: "o5", Items: []*orderv1.NewOrderItem{{Sku: "nothing", Quantity: 1}},
	}))
	shipped, err := s.orders.CreateOrder(s.customer, purchase("o6", 1))
	s.ok(shipped, err)
	s.settled(shipped, orderv1.OrderStatus_ORDER_STATUS_PAID)
	ship := &orderv1.ShipOrderRequest{Id: shipped.GetOrder().GetId()}
	s.refused(errs.Forbidden, "FORBIDDEN")(s.orders.ShipOrder(s.customer, ship))
	s.ok(s.orders.ShipOrder(s.admin, ship))
	s.ok(s.orders.ShipOrder(s.admin, ship))
	s.refused(errs.Precondition, "NOT_CANCELLABLE")(s.orders.CancelOrder(s.customer, &orderv1.CancelOrderRequest{Id: ship.GetId()}))
	tooMuch, err := s.orders.CreateOrder(s.customer, purchase("o3", 1000))
	s.ok(tooMuch, err)
	s.settled(tooMuch, orderv1.OrderStatus_ORDER_STATUS_CANCELLED)
	s.ok(s.inventory.GetStock(s.customer, &inventoryv1.GetStockRequest{Sku: "tea"}))

	entries, err := s.wallet.ListEntries(s.customer, &walletv1.ListEntriesRequest{UserId: s.buyer, Currency: "EUR", PageSize: 1})
	s.ok(entries, err)
	s.ok(s.wallet.ListEntries(s.customer, &walletv1.ListEntriesRequest{
		UserId: s.buyer, Currency: "EUR", PageSize: 1, PageToken: entries.GetNextPageToken(),
	}))
	page, err := s.orders.ListOrders(s.customer, &orderv1.ListOrdersRequest{PageSize: 1})
	s.ok(page, err)
	s.ok(s.orders.ListOrders(s.customer, &orderv1.ListOrdersRequest{PageSize: 1, PageToken: page.GetNextPageToken()}))
	s.refused(errs.InvalidInput, "INVALID_CURSOR")(s.wallet.ListEntries(s.customer, &walletv1.ListEntriesRequest{
		UserId: s.buyer, Currency: "EUR", PageToken: page.GetNextPageToken(),
	}))
	s.cancellations(first.GetOrder().GetId(), second.GetOrder().GetId())
}

// settled follows the saga of a purchase to its end.
func (s *shop) settled(created *orderv1.CreateOrderResponse, status orderv1.OrderStatus) {
	s.t.Helper()
	watch, err := s.orders.WatchOrder(s.customer, &orderv1.WatchOrderRequest{Id: created.GetOrder().GetId()})
	require.NoError(s.t, err)
	for seen := orderv1.OrderStatus_ORDER_STATUS_PENDING; seen != status; {
		update, err := watch.Recv()
		s.ok(update, err)
		seen = update.GetOrder().GetStatus()
	}
}

func (s *shop) cancellations(first, second string) {
	cancel := &orderv1.CancelOrderRequest{Id: first, IdempotencyKey: "c1"}
	s.ok(s.orders.CancelOrder(s.customer, cancel))
	s.ok(s.orders.CancelOrder(s.customer, cancel))
	s.ok(s.orders.GetOrder(s.customer, &orderv1.GetOrderRequest{Id: first}))
	s.refused(errs.NotFound, "ORDER_NOT_FOUND")(s.orders.GetOrder(s.customer, &orderv1.GetOrderRequest{Id: uuid.NewString()}))
	ids := []string{second, uuid.NewString()}
	s.ok(s.orders.BatchGetOrders(s.customer, &orderv1.BatchGetOrdersRequest{Ids: ids}))
	s.ok(s.orders.BatchCancelOrders(s.customer, &orderv1.BatchCancelOrdersRequest{Ids: ids, IdempotencyKey: "b1"}))
	s.ok(s.orders.ListAllOrders(s.admin, &orderv1.ListAllOrdersRequest{Page: 1, PageSize: 10}))
	watch, err := s.orders.WatchOrder(s.customer, &orderv1.WatchOrderRequest{Id: second})
	require.NoError(s.t, err)
	s.ok(watch.Recv())
	run := &orderv1.RunJobRequest{Name: "daily_sales_report", Window: "2026-11-20"}
	s.refused(errs.Forbidden, "FORBIDDEN")(s.jobs.RunJob(s.customer, run))
	s.refused(errs.Precondition, "JOBS_DISABLED")(s.jobs.RunJob(s.admin, run))
}
