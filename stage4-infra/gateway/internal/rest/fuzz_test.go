package rest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every answer to any request has the described format and is not a server error.
func FuzzRequest(f *testing.F) {
	g, _ := newFullResponseGateway(f)
	token := g.token()
	for _, seed := range [][4]string{
		{"POST", "/v1/orders", "k1", teaForFive},
		{"POST", "/v1/orders", "k\xff", `{"items":[{"sku":"\ud800","quantity":1}]}`},
		{"POST", "/v1/orders", "k1", `{"currency":"EUR","items":[null]}`},
		{"POST", "/v1/orders", "k1", `{"items":[{"sku":"tea","quantity":1e400}],"expected_total":{"minor_units":9223372036854775808,"currency":"EUR"}}`},
		{"GET", "/v1/orders?page_size=1&cursor=x", "", ""},
		{"GET", "/v1/orders?page_size=99999999999999999999", "", ""},
		{"GET", "/v1/orders/11111111-1111-4111-8111-111111111111", "", ""},
		{"DELETE", "/v1/orders/11111111-1111-4111-8111-111111111111", "", ""},
		{"POST", "/v1/orders/batch-get", "", `{"ids":["11111111-1111-4111-8111-111111111111",""]}`},
		{"POST", "/v1/orders/batch-cancel", "k1", `{"ids":[]}`},
		{"GET", "/v1/admin/orders?page=0&page_size=-1&sort_by=id;drop&status=NONE", "", ""},
		{"GET", "/v1/stock/%ff%00%2f..%2f", "", ""},
		{"POST", "/v1/stock/tea/adjustments", "k1", `{"delta":-1}`},
		{"POST", "/v1/wallets/me/top-ups", "k1", `{"minor_units":500,"currency":"EUR","minor_units":1}`},
		{"GET", "/v1/wallets/me?currency=%E2%82%AC%E2%82%AC%E2%82%AC", "", ""},
		{"GET", "/v1/wallets/me/balances/EUR", "", ""},
		{"GET", "/v1/wallets/me/entries?currency=EUR&cursor=%00", "", ""},
		{"POST", "/v1/admin/jobs/daily_sales_report/runs", "", `{"window":"2026-11-20"}`},
		{"OPTIONS", "/v1/orders", "", ""},
		{"GET", "/v1/../livez?x", "", "{"},
		{"GET", "//", "", strings.Repeat("[", 999)},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, target, key, body string) {
		if strings.HasPrefix(target, "/v1/login") {
			t.Skip("hashing is slow on purpose")
		}
		request, err := http.NewRequest(method, "http://gateway"+target, strings.NewReader(body))
		if err != nil {
			t.Skip("not a valid request")
		}
		request.RemoteAddr, request.RequestURI = "192.0.2.1:1234", target
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header["Idempotency-Key"] = []string{key}
		recorder := httptest.NewRecorder()

		g.handler.ServeHTTP(recorder, request)

		g.log.buf.Reset() // one request at a time, but many of them
		assert.Less(t, recorder.Code, 500, "%s", recorder.Body)
		if recorder.Code != http.StatusNoContent && recorder.Code != http.StatusNotModified {
			assert.True(t, json.Valid(recorder.Body.Bytes()), "%s", recorder.Body)
		}
		assert.NoError(t, contract.Check(request, []byte(body), recorder.Result(), recorder.Body.Bytes()))
	})
}
