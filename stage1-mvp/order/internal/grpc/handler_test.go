package grpc_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	orderv1 "stagecraft/stage1-mvp/gen/order/v1"
	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/grpc"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/errs"
)

const (
	buyer   = "11111111-1111-4111-8111-111111111111"
	orderID = "33333333-3333-4333-8333-333333333333"
	otherID = "44444444-4444-4444-8444-444444444444"
)

// oneOrder is a repository that holds one cancelled order, and remembers which page it was asked for.
type oneOrder struct {
	domain.OrderRepository
	asked domain.Page
}

func (o *oneOrder) order() *domain.Order {
	return domain.RestoreOrder(domain.Snapshot{
		ID: orderID, BuyerID: buyer, Status: domain.StatusCancelled, CancelCode: domain.CancelOutOfStock, CancelReason: "no tea",
		Version: 2, CreatedAt: time.Unix(1, 0), UpdatedAt: time.Unix(2, 0),
	})
}

func (o *oneOrder) GetAll(context.Context, []string) ([]*domain.Order, error) {
	return []*domain.Order{o.order()}, nil
}

func (o *oneOrder) ListAll(_ context.Context, page domain.Page) ([]*domain.Order, error) {
	o.asked = page
	return []*domain.Order{o.order()}, nil
}

func (o *oneOrder) CountAll(context.Context, domain.OrderStatus) (int64, error) { return 41, nil }

func newHandler(orders *oneOrder) *grpc.Handler {
	return grpc.NewHandler(nil, nil, nil, nil, nil, usecase.NewBatchGetOrders(orders), nil, usecase.NewListAllOrders(orders))
}

func asBuyer(t *testing.T) context.Context {
	return auth.WithPrincipal(t.Context(), auth.Principal{Subject: buyer, Roles: []string{"customer"}}, "")
}

func TestOnlyAdminsSeeEverybodysOrders(t *testing.T) {
	t.Parallel()
	rules := grpc.Rules()
	assert.Equal(t, []auth.Role{auth.Admin}, rules[orderv1.OrderService_ListAllOrders_FullMethodName])
	orders, jobs := orderv1.OrderService_ServiceDesc, orderv1.JobService_ServiceDesc
	assert.Len(t, rules, len(orders.Methods)+len(orders.Streams)+len(jobs.Methods), "a method that no rule names is for nobody")
	for method, allowed := range rules {
		assert.NotContains(t, allowed, auth.Service, "%s: only the gateway calls, with its users' tokens", method)
	}
}

func TestACancelledOrderSaysWhyInTheWayOfBeforeAndInTheNewOne(t *testing.T) {
	t.Parallel()
	answer, err := newHandler(&oneOrder{}).BatchGetOrders(asBuyer(t), &orderv1.BatchGetOrdersRequest{Ids: []string{otherID, orderID}})
	require.NoError(t, err)
	require.Len(t, answer.GetResults(), 2)

	missing, found := answer.GetResults()[0], answer.GetResults()[1]
	assert.Equal(t, otherID, missing.GetId())
	assert.Equal(t, int32(errs.NotFound), missing.GetCode())
	assert.Equal(t, "ORDER_NOT_FOUND", missing.GetReason())
	assert.NotEmpty(t, missing.GetMessage())
	assert.Nil(t, missing.GetOrder())
	assert.Zero(t, found.GetCode())
	assert.Equal(t, "no tea", found.GetOrder().GetCancelReason()) //nolint:staticcheck // Deprecated, and still promised.
	assert.Equal(t, "OUT_OF_STOCK", found.GetOrder().GetCancellation().GetCode())
	assert.Equal(t, "no tea", found.GetOrder().GetCancellation().GetReason())
}

func TestSortOrdersAreAWhitelist(t *testing.T) {
	t.Parallel()
	orders := &oneOrder{}
	handler := newHandler(orders)
	for asked, want := range map[orderv1.OrderSort]domain.Sort{
		orderv1.OrderSort_ORDER_SORT_UNSPECIFIED:     domain.SortCreatedAtDesc,
		orderv1.OrderSort_ORDER_SORT_CREATED_AT_DESC: domain.SortCreatedAtDesc,
		orderv1.OrderSort_ORDER_SORT_CREATED_AT_ASC:  domain.SortCreatedAtAsc,
		orderv1.OrderSort_ORDER_SORT_TOTAL_DESC:      domain.SortTotalDesc,
		orderv1.OrderSort_ORDER_SORT_TOTAL_ASC:       domain.SortTotalAsc,
	} {
		answer, err := handler.ListAllOrders(t.Context(), &orderv1.ListAllOrdersRequest{
			Page: 3, PageSize: 10, SortBy: asked, Status: orderv1.OrderStatus_ORDER_STATUS_CANCELLED,
		})
		require.NoError(t, err)
		assert.Equal(t, domain.Page{Sort: want, Status: domain.StatusCancelled, Offset: 20, Limit: 10}, orders.asked, asked)
		assert.Equal(t, int32(3), answer.GetPage())
		assert.Equal(t, int32(10), answer.GetPageSize())
		assert.Equal(t, int64(41), answer.GetTotal())
		assert.Len(t, answer.GetOrders(), 1)
	}
	_, err := handler.ListAllOrders(t.Context(), &orderv1.ListAllOrdersRequest{SortBy: 99})
	assert.Equal(t, "INVALID_SORT", errs.From(err).Reason)
}
