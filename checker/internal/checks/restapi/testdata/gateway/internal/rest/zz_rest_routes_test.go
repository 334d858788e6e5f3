package rest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"shop/platform/errs"
)

func TestZZRestRoutes(t *testing.T) {
	s := zzRestNew(t)
	for _, anonymous := range []bool{false, true} {
		for _, path := range []string{"/v1/nothing", "/", "/v1", "/v2/orders", "/v1/orders/", "/v1//orders", "/v1/orders/" + zzRestOrderID + "/items", "/v1/ORDERS", "/index.html"} {
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete, "INVENTED"} {
				a := s.send(zzRestRequest{method: method, target: path, anonymous: anonymous})
				a.refused("no-route", http.StatusNotFound, errs.NotFound, "NO_SUCH_ROUTE", zzRestProgramsRead)
				a.described()
			}
		}
		for _, c := range []struct {
			path, allowed string
			methods       []string
		}{
			{"/v1/orders", "GET, POST", []string{http.MethodPut, http.MethodDelete, http.MethodOptions, http.MethodTrace, http.MethodPatch, "INVENTED"}},
			{"/v1/orders/" + zzRestOrderID, "DELETE, GET", []string{http.MethodPost, http.MethodPut, http.MethodOptions}},
			{zzRestTopUps, "POST", []string{http.MethodGet, http.MethodDelete}},
			{"/v1/products/tea", "GET, PUT", []string{http.MethodPost, http.MethodDelete}},
			{"/v1/login", "POST", []string{http.MethodGet}},
		} {
			for _, method := range c.methods {
				a := s.send(zzRestRequest{method: method, target: c.path, anonymous: anonymous})
				a.refused("no-method", http.StatusMethodNotAllowed, errs.NotFound, "METHOD_NOT_ALLOWED", "the address exists: 404 sends the client to look for a fault in the address")
				zzRestAllows(a, c.allowed)
				a.described()
			}
		}
	}
}

// zzRestAllows demands the header Allow, and its methods in the message.
func zzRestAllows(a *zzRestAnswer, want string) {
	a.shop.t.Helper()
	var got []string
	for _, line := range a.Result().Header.Values("Allow") {
		for method := range strings.SplitSeq(line, ",") {
			got = append(got, strings.TrimSpace(method))
		}
	}
	slices.Sort(got)
	if strings.Join(got, ", ") != want {
		a.fail("allow", "Allow: "+want, "RFC 9110 demands it: the client learns what it can do here")
	}
	for method := range strings.SplitSeq(want, ", ") {
		if !strings.Contains(a.body.Message, method) {
			a.fail("allow", "a message that names "+want, "people read the message, and not the header")
		}
	}
}
