package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"stagecraft/checker/internal/infra"
	"stagecraft/stage1-mvp/platform/openapitest"

	"github.com/stretchr/testify/require"
)

// The whole stage runs, and every operation that its own document describes is asked: each must succeed once, and each answer, also a
// refusal, must be as described.
func TestStage1AnswersAsItsDocumentSays(t *testing.T) {
	t.Parallel()
	s := stocked(t, withJobs(t, shop(t)))
	w := &walk{t: t, s: s, contract: served(t, s.Gateway)}
	w.client = &http.Client{Transport: w.contract.Transport(t, plainHTTP.Transport)}

	w.service()
	w.login()
	w.stock()
	w.orders()
	w.wallet()
	w.jobs()

	require.Empty(t, w.contract.WithoutSuccess(), "the walk leaves these out")
}

// withJobs adds what order needs to run jobs.
func withJobs(t *testing.T, options Options) Options {
	t.Helper()
	servers, err := infra.Ensure(t.Context(), root, infra.Need{Redis: true}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	lease, err := servers.Lease(t.Context(), infra.LeaseSpec{Redis: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = lease.Close(context.Background()) })
	demo := &Demo{}
	environment, err := demo.openStore()
	require.NoError(t, err)
	t.Cleanup(func() { _ = demo.store.Stop() })
	options.RedisURL, options.ServiceEnv = lease.RedisURL, map[string]map[string]string{"order": environment}
	return options
}

// served is the document as the running gateway serves it.
func served(t *testing.T, gateway string) *openapitest.Contract {
	t.Helper()
	answer, err := plainHTTP.Get(gateway + "/openapi.json")
	require.NoError(t, err)
	defer answer.Body.Close()
	document, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	contract, err := openapitest.Load(document)
	require.NoError(t, err)
	return contract
}

// walk asks the gateway; its client judges every answer.
type walk struct {
	t        *testing.T
	s        *Stack
	contract *openapitest.Contract
	client   *http.Client
	keys     int
}

// ask returns the answer, which has this status and in its envelope this code.
func (w *walk) ask(status, code int, a Ask) Answer[json.RawMessage] {
	w.t.Helper()
	request, err := w.s.Shop.build(w.t.Context(), a)
	require.NoError(w.t, err)
	response, err := w.client.Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	answer := decode[json.RawMessage](response, raw)
	require.Equal(w.t, status, answer.Status, "%s %s: %s", a.Method, a.Path, raw)
	if len(raw) > 0 {
		require.Equal(w.t, code, answer.Code, "%s %s: %s", a.Method, a.Path, raw)
	}
	return answer
}

// key is a new Idempotency-Key.
func (w *walk) key() string {
	w.keys++
	return fmt.Sprintf("walk-%d", w.keys)
}

func (w *walk) asBuyer(method, path string) Ask { return Ask{Method: method, Path: path, User: buyer} }

func (w *walk) asAdmin(method, path string) Ask {
	return Ask{Method: method, Path: path, User: AdminID, Roles: []string{"admin"}}
}

func (w *walk) service() {
	w.ask(200, 0, Ask{Path: "/healthz"})
	response, err := w.client.Get(w.s.Gateway + "/openapi.json")
	require.NoError(w.t, err)
	require.NoError(w.t, response.Body.Close())
	w.ask(404, 1001, Ask{Path: "/v1/nothing"})
}

func (w *walk) login() {
	credentials := map[string]string{"username": "customer", "password": "customer"}
	w.ask(200, 0, Ask{Method: "POST", Path: "/v1/login", Body: credentials})
	credentials["password"] = "guess"
	w.ask(401, 1004, Ask{Method: "POST", Path: "/v1/login", Body: credentials})
}

func (w *walk) stock() {
	delivery := w.asAdmin("POST", "/v1/stock/tea/adjustments")
	delivery.Key, delivery.Body = w.key(), Adjustment{Delta: 5}
	first := w.ask(200, 0, delivery)
	require.False(w.t, first.Replayed)
	again := w.ask(200, 0, delivery)
	require.True(w.t, again.Replayed)
	require.JSONEq(w.t, string(first.Data), string(again.Data))
	delivery.Key, delivery.Body = w.key(), Adjustment{Delta: -1_000}
	w.ask(409, 1003, delivery)
	delivery.User, delivery.Roles = buyer, nil
	w.ask(403, 1005, delivery)
	w.ask(200, 0, w.asBuyer("GET", "/v1/stock/tea"))
	w.ask(404, 1001, w.asBuyer("GET", "/v1/stock/nothing"))
	w.ask(401, 1004, Ask{Path: "/v1/stock/tea"})
}

func (w *walk) wallet() {
	topUp := w.asBuyer("POST", "/v1/wallets/me/top-ups")
	topUp.Key, topUp.Body = w.key(), Money{MinorUnits: 700, Currency: "EUR"}
	first := w.ask(201, 0, topUp)
	require.True(w.t, w.ask(201, 0, topUp).Replayed)
	topUp.Body = Money{MinorUnits: 701, Currency: "EUR"}
	w.ask(409, 1006, topUp)
	place := first.Header.Get("Location")
	w.ask(200, 0, w.asBuyer("GET", place))
	w.ask(404, 1001, w.asAdmin("GET", "/v1/wallets/me/top-ups/"+AdminID))
	refund := w.asBuyer("POST", place+"/refunds")
	refund.Key = w.key()
	w.ask(201, 0, refund)
	refund.Key = w.key()
	w.ask(409, 1003, refund)
	w.ask(200, 0, w.asBuyer("GET", "/v1/wallets/me/balances/EUR"))
	old := w.ask(200, 0, w.asBuyer("GET", "/v1/wallets/me?currency=EUR"))
	require.NotEmpty(w.t, old.Header.Get("Sunset"))
	w.ask(200, 0, w.asBuyer("GET", "/v1/wallets/me/entries?currency=EUR&page_size=1"))
	w.ask(400, 1002, w.asBuyer("GET", "/v1/wallets/me/entries?currency=EUR&cursor=forged"))
}

func (w *walk) jobs() {
	run := w.asAdmin("POST", "/v1/admin/jobs/daily_sales_report/runs")
	run.Body = map[string]string{"window": "2026-01-05"}
	first := w.ask(201, 0, run)
	w.ask(200, 0, w.asAdmin("GET", first.Header.Get("Location")))
	w.ask(200, 0, w.asAdmin("GET", run.Path+"?page_size=1"))
	run.User, run.Roles = buyer, nil
	w.ask(403, 1005, run)
	backfill := w.asAdmin("POST", "/v1/admin/jobs/daily_sales_report/backfills")
	backfill.Body = map[string]string{"from": "2026-01-03", "to": "2026-01-04"}
	w.ask(200, 0, backfill)
	backfill.Path = "/v1/admin/jobs/nothing/backfills"
	w.ask(404, 1001, backfill)
}

func (w *walk) orders() {
	paid, other := w.buy(), w.buy()
	tooMuch := w.asBuyer("POST", "/v1/orders")
	tooMuch.Key, tooMuch.Body = w.key(), NewOrder{Currency: "EUR", Items: []Item{{SKU: "tea", Quantity: 1000, UnitPrice: 1}}}
	w.ask(409, 1003, tooMuch)
	w.ask(200, 0, w.asBuyer("GET", "/v1/orders/"+paid))
	w.ask(404, 1001, w.asBuyer("GET", "/v1/orders/"+AdminID))
	w.ask(200, 0, w.asBuyer("GET", "/v1/orders?page_size=1"))
	w.ask(200, 0, w.asAdmin("GET", "/v1/admin/orders?page=1&page_size=2&sort_by=-total&status=PAID"))
	w.ask(403, 1005, w.asBuyer("GET", "/v1/admin/orders"))
	w.ask(400, 1002, w.asAdmin("GET", "/v1/admin/orders?sort_by=id;drop"))

	w.ask(204, 0, w.asBuyer("DELETE", "/v1/orders/"+paid))
	w.ask(404, 1001, w.asBuyer("DELETE", "/v1/orders/"+AdminID))
	ids := map[string][]string{"ids": {other, AdminID, paid}}
	batch := w.asBuyer("POST", "/v1/orders/batch-get")
	batch.Body = ids
	w.ask(200, 0, batch)
	batch.Path, batch.Key = "/v1/orders/batch-cancel", w.key()
	w.ask(200, 0, batch)
	batch.Body = map[string][]string{"ids": {}}
	w.ask(400, 1002, batch)
}

// buy returns the id of a paid order, which its Location leads to.
func (w *walk) buy() string {
	purchase := w.asBuyer("POST", "/v1/orders")
	purchase.Key, purchase.Body = w.key(), NewOrder{Currency: "EUR", Items: []Item{tea}}
	answer := w.ask(201, 0, purchase)
	w.ask(200, 0, w.asBuyer("GET", answer.Header.Get("Location")))
	var order Order
	require.NoError(w.t, json.Unmarshal(answer.Data, &order))
	return order.ID
}
