package grpc_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
	"shop/order/internal/grpc"
	"shop/order/internal/query"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/errs"
)

const (
	buyer   = "11111111-1111-4111-8111-111111111111"
	orderID = "33333333-3333-4333-8333-333333333333"
	otherID = "44444444-4444-4444-8444-444444444444"
)

// oneOrder is a query service that has one cancelled order, and remembers which page it was asked for.
type oneOrder struct {
	query.QueryService
	asked query.Page
}

func (o *oneOrder) order() query.Order {
	return query.Order{
		ID: orderID, BuyerID: buyer, Status: int(domain.StatusCancelled), CancelCode: string(domain.CancelOutOfStock),
		CancelReason: "no tea", Version: 2, CreatedAt: time.Unix(1, 0), UpdatedAt: time.Unix(2, 0),
	}
}

func (o *oneOrder) Orders(context.Context, ...string) ([]query.Order, error) {
	return []query.Order{o.order()}, nil
}

func (o *oneOrder) AllOrders(_ context.Context, page query.Page) ([]query.Order, error) {
	o.asked = page
	return []query.Order{o.order()}, nil
}

func (o *oneOrder) CountOrders(context.Context, domain.OrderStatus) (int64, error) { return 41, nil }

func newHandler(orders *oneOrder) *grpc.Handler {
	return grpc.NewHandler(nil, nil, nil, nil, nil, nil, usecase.NewBatchGetOrders(orders), nil, usecase.NewListAllOrders(orders))
}

func asBuyer(t *testing.T) context.Context {
	return auth.WithPrincipal(t.Context(), auth.Principal{Subject: buyer, Roles: []string{"customer"}}, "")
}

func TestOnlyAdminsSeeEverybodysOrders(t *testing.T) {
	t.Parallel()
	rules := grpc.Rules()
	assert.Equal(t, []auth.Role{auth.Admin}, rules[orderv1.OrderService_ListAllOrders_FullMethodName])
	orders, jobs := orderv1.OrderService_ServiceDesc, orderv1.JobService_ServiceDesc
	assert.Len(t, rules, len(orders.Methods)+len(orders.Streams)+len(jobs.Methods), "a method without a rule is denied to all")
	for method, allowed := range rules {
		assert.NotContains(t, allowed, auth.Service, "%s: only the gateway calls, with its users' tokens", method)
	}
}

func TestCancelledOrder_Answer_HasOldAndNewReasonFields(t *testing.T) {
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
	for asked, want := range map[orderv1.OrderSort]query.Sort{
		orderv1.OrderSort_ORDER_SORT_UNSPECIFIED:     query.SortCreatedAtDesc,
		orderv1.OrderSort_ORDER_SORT_CREATED_AT_DESC: query.SortCreatedAtDesc,
		orderv1.OrderSort_ORDER_SORT_CREATED_AT_ASC:  query.SortCreatedAtAsc,
		orderv1.OrderSort_ORDER_SORT_TOTAL_DESC:      query.SortTotalDesc,
		orderv1.OrderSort_ORDER_SORT_TOTAL_ASC:       query.SortTotalAsc,
	} {
		answer, err := handler.ListAllOrders(t.Context(), &orderv1.ListAllOrdersRequest{
			Page: 3, PageSize: 10, SortBy: asked, Status: orderv1.OrderStatus_ORDER_STATUS_CANCELLED,
		})
		require.NoError(t, err)
		assert.Equal(t, query.Page{Sort: want, Status: domain.StatusCancelled, Offset: 20, Limit: 10}, orders.asked, asked)
		assert.Equal(t, int32(3), answer.GetPage())
		assert.Equal(t, int32(10), answer.GetPageSize())
		assert.Equal(t, int64(41), answer.GetTotal())
		assert.Len(t, answer.GetOrders(), 1)
	}
	_, err := handler.ListAllOrders(t.Context(), &orderv1.ListAllOrdersRequest{SortBy: 99})
	assert.Equal(t, "INVALID_SORT", errs.From(err).Reason)
}
