package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

func TestZZRestQuery(t *testing.T) {
	s := zzRestNew(t)
	s.services.on("ListOrders", func(proto.Message) (proto.Message, error) { return &orderv1.ListOrdersResponse{}, nil })
	s.services.on("ListAllOrders", func(proto.Message) (proto.Message, error) {
		return &orderv1.ListAllOrdersResponse{Page: 1, PageSize: 20}, nil
	})
	zzRestQueriesThatPass(s)
	get := func(target string) *zzRestAnswer {
		return s.send(zzRestRequest{method: http.MethodGet, target: target})
	}

	const dropped = "Go's URL.Query drops what it cannot read, and a filter that is dropped lists everything"
	for _, target := range []string{
		"/v1/orders?page_size=1;cursor=x", "/v1/orders?page_size=%zz", "/v1/orders?page_size=5%", "/v1/orders?%zz=1", "/v1/admin/orders?status=PAID;page=2", "/v1/admin/orders?status=%A",
	} {
		a := get(target)
		a.refused("unreadable", http.StatusBadRequest, errs.InvalidInput, "INVALID_QUERY", dropped)
		a.hidesGo()
		a.described()
	}
	const twice = "of two values the gateway reads the first, and a proxy or a cache perhaps the last"
	for _, c := range []struct{ target, field string }{
		{"/v1/orders?page_size=1&page_size=2", "page_size"}, {"/v1/orders?cursor=a&cursor=a", "cursor"}, {"/v1/admin/orders?status=PAID&page=1&status=SHIPPED", "status"},
		{"/v1/orders?page_size=1&page_siz%65=2", "page_size"},
	} {
		target, field := c.target, c.field
		a := get(target)
		a.refused("twice", http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", twice)
		a.names("twice", twice, field)
		a.described()
	}
	const number = "the client must know which parameter to correct, and Gin does not say which value it could not convert"
	for _, c := range []struct{ target, field string }{
		{"/v1/orders?page_size=abc", "page_size"}, {"/v1/orders?page_size=1e3", "page_size"}, {"/v1/orders?page_size=1.0", "page_size"}, {"/v1/orders?page_size=2147483648", "page_size"},
		{"/v1/orders?page_size=99999999999999999999", "page_size"}, {"/v1/admin/orders?page=abc", "page"},
		{"/v1/admin/orders?page=2&page_size=x", "page_size"}, {"/v1/admin/orders?page=x&page_size=2", "page"},
		{"/v1/wallets/me/entries?currency=EUR&page_size=x", "page_size"}, {"/v1/admin/jobs/daily_sales_report/runs?page=-9999999999", "page"},
	} {
		target, field := c.target, c.field
		a := get(target)
		a.refused("number", http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", number)
		a.names("number", number, field)
		a.described()
	}
	const text = "protobuf has no strings that are not UTF-8: the call would fail as an internal error"
	for _, c := range []struct{ target, field string }{{"/v1/orders?cursor=%ff", "cursor"}, {"/v1/orders?page_size=1&cursor=%c3%28", "cursor"}, {"/v1/orders?%ff=1", "?"}} {
		target, field := c.target, c.field
		a := get(target)
		a.refused("text", http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", text)
		if len(a.body.Fields) != 1 || (field != "?" && a.body.Fields[0].Field != field) {
			a.fail("text", fmt.Sprintf("one entry in fields, for %q", field), "the client must know which parameter to correct")
		}
	}
	const rule = "the description does not allow this value"
	for _, target := range []string{"/v1/orders?page_size=-1", "/v1/orders?cursor=" + strings.Repeat("x", 1025), "/v1/admin/orders?page=0", "/v1/admin/orders?sort_by=id", "/v1/admin/orders?status=paid"} {
		get(target).refused("rule", http.StatusBadRequest, errs.InvalidInput, "", rule)
	}
}

// zzRestQueriesThatPass looks at what the service gets.
func zzRestQueriesThatPass(s *zzRestShop) {
	s.t.Helper()
	const why = "the service gets what the client has sent, and nothing that is right is refused"
	long := strings.Repeat("x", 1024)
	for _, c := range []struct {
		target, method string
		want           proto.Message
	}{
		{"/v1/orders", "ListOrders", &orderv1.ListOrdersRequest{}},
		{"/v1/orders?", "ListOrders", &orderv1.ListOrdersRequest{}},
		{"/v1/orders?page_size=7&cursor=a%2Bb%26c", "ListOrders", &orderv1.ListOrdersRequest{PageSize: 7, PageToken: "a+b&c"}},
		{"/v1/orders?page_size=2147483647", "ListOrders", &orderv1.ListOrdersRequest{PageSize: 2147483647}},
		{"/v1/orders?page_size=0&cursor=" + long, "ListOrders", &orderv1.ListOrdersRequest{PageToken: long}},
		{"/v1/orders?utm_source=mail&page_size=7", "ListOrders", &orderv1.ListOrdersRequest{PageSize: 7}},
		{"/v1/admin/orders", "ListAllOrders", &orderv1.ListAllOrdersRequest{Page: 1}},
		{"/v1/admin/orders?status=PAID&page=3&sort_by=-total&page_size=50", "ListAllOrders", &orderv1.ListAllOrdersRequest{
			Page: 3, PageSize: 50, SortBy: orderv1.OrderSort_ORDER_SORT_TOTAL_DESC, Status: orderv1.OrderStatus_ORDER_STATUS_PAID,
		}},
	} {
		a := s.send(zzRestRequest{method: http.MethodGet, target: c.target})
		if asked := a.called("accepted", c.method, why); !proto.Equal(asked, c.want) {
			a.fail("accepted", zzRestShort(fmt.Sprintf("the call %v, and not %v", c.want, asked)), why)
		}
		a.described()
	}
}
