package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/proto"

	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

func TestAdminOrders_MapsQuery(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for query, want := range map[string]*orderv1.ListAllOrdersRequest{
		"":                                  {Page: 1},
		"?page=3&page_size=50":              {Page: 3, PageSize: 50},
		"?sort_by=created_at":               {Page: 1, SortBy: orderv1.OrderSort_ORDER_SORT_CREATED_AT_ASC},
		"?sort_by=-created_at&status=PAID":  {Page: 1, SortBy: orderv1.OrderSort_ORDER_SORT_CREATED_AT_DESC, Status: 3},
		"?sort_by=total&status=CANCELLED":   {Page: 1, SortBy: orderv1.OrderSort_ORDER_SORT_TOTAL_ASC, Status: 5},
		"?sort_by=-total&status=CONFIRMED&": {Page: 1, SortBy: orderv1.OrderSort_ORDER_SORT_TOTAL_DESC, Status: 2},
	} {
		g.orders.listAll = func(in *orderv1.ListAllOrdersRequest) (*orderv1.ListAllOrdersResponse, error) {
			assert.True(t, proto.Equal(want, in), "%s: %s", query, in)
			return &orderv1.ListAllOrdersResponse{Orders: []*orderv1.Order{cancelled}, Page: 1, PageSize: 20, Total: 41}, nil
		}
		a := g.do(http.MethodGet, "/v1/admin/orders"+query, "")
		assert.Equal(t, http.StatusOK, a.Code, query)
		assert.Contains(t, a.Body.String(), `"page":1,"page_size":20,"total":41`)
	}
}

func TestAdminOrders_InvalidQuery_IsRejectedWithoutACall(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for query, message := range map[string]string{
		"?page=0":                           "must be at least 1",
		"?page_size=-1":                     "must be at least 0",
		"?sort_by=buyer_id":                 "must be one of created_at, -created_at, total, -total",
		"?sort_by=total%3Bdrop+table+order": "must be one of created_at, -created_at, total, -total",
		"?status=paid":                      "must be one of PENDING, CONFIRMED, PAID, SHIPPED, CANCELLED",
	} {
		a := g.do(http.MethodGet, "/v1/admin/orders"+query, "")
		assert.Equal(t, http.StatusBadRequest, a.Code, query)
		if len(a.body.Fields) == 1 {
			assert.Equal(t, message, a.body.Fields[0].Message, query)
		}
	}
}

func TestAdminOrders_NotAdmin_Returns403(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.listAll = func(*orderv1.ListAllOrdersRequest) (*orderv1.ListAllOrdersResponse, error) {
		return nil, errs.New(errs.Forbidden, "FORBIDDEN", "this is not allowed")
	}
	assert.Equal(t, http.StatusForbidden, g.do(http.MethodGet, "/v1/admin/orders", "").Code)
}
