package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"shop/platform/openapitest"
	"stagecraft/checker/internal/infra"

	"github.com/stretchr/testify/require"
)

// The whole stage runs, and every operation that its own document describes is asked: each must succeed once, and each answer, also a
// refusal, must be as described.
func TestStage1_Answers_MatchOpenAPI(t *testing.T) {
	t.Parallel()
	answersMatchOpenAPI(t, shop(t), false)
}

func TestStage2_Answers_MatchOpenAPI(t *testing.T) {
	t.Parallel()
	answersMatchOpenAPI(t, asyncShop(t), true)
}

func TestStage3_Answers_MatchOpenAPI(t *testing.T) {
	t.Parallel()
	answersMatchOpenAPI(t, hardenedShop(t), true)
}

func answersMatchOpenAPI(t *testing.T, options Options, async bool) {
	t.Helper()
	s := stocked(t, withJobs(t, options))
	w := &walk{t: t, s: s, contract: served(t, s.Gateway), async: async}
	w.client = &http.Client{Transport: w.contract.Transport(t, plainHTTP.Transport)}

	w.service()
	w.login()
	w.products()
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
	store, environment, err := OpenObjectStore()
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Stop() })
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
	// async says that purchases are accepted before they are paid.
	async bool
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
	for _, path := range []string{"/healthz", "/livez", "/readyz"} {
		if slices.Contains(w.contract.Operations(), "GET "+path) {
			w.ask(200, 0, Ask{Path: path})
		}
	}
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

func (w *walk) products() {
	put := w.asAdmin("PUT", "/v1/products/cup")
	put.Body = Product{Name: "Cup", UnitPrice: Money{MinorUnits: 900, Currency: "EUR"}}
	created := w.ask(201, 0, put)
	w.ask(200, 0, put)
	put.User, put.Roles = buyer, nil
	w.ask(403, 1005, put)
	w.ask(200, 0, w.asBuyer("GET", created.Header.Get("Location")))
	w.ask(404, 1001, w.asBuyer("GET", "/v1/products/nothing"))
	w.ask(200, 0, w.asBuyer("GET", "/v1/products?page_size=1"))
	w.ask(400, 1002, w.asBuyer("GET", "/v1/products?cursor=forged"))
	delivery := w.asAdmin("POST", "/v1/stock/nothing/adjustments")
	delivery.Key, delivery.Body = w.key(), Adjustment{Delta: 5}
	w.ask(404, 1001, delivery)
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
	tooMuch.Key, tooMuch.Body = w.key(), NewOrder{Items: []NewItem{{SKU: "tea", Quantity: 1000}}}
	if w.async {
		w.ask(202, 0, tooMuch)
		w.cancelEarly()
	} else {
		w.ask(409, 1003, tooMuch)
	}
	w.ask(200, 0, w.asBuyer("GET", "/v1/orders/"+paid))
	w.ask(404, 1001, w.asBuyer("GET", "/v1/orders/"+AdminID))
	w.ask(200, 0, w.asBuyer("GET", "/v1/orders?page_size=1"))
	w.ask(200, 0, w.asAdmin("GET", "/v1/admin/orders?page=1&page_size=2&sort_by=-total&status=PAID"))
	w.ask(403, 1005, w.asBuyer("GET", "/v1/admin/orders"))
	w.ask(400, 1002, w.asAdmin("GET", "/v1/admin/orders?sort_by=id;drop"))

	shipped := w.buy()
	w.ask(403, 1005, w.asBuyer("POST", "/v1/orders/"+shipped+"/ship"))
	w.ask(404, 1001, w.asAdmin("POST", "/v1/orders/"+AdminID+"/ship"))
	w.ask(200, 0, w.asAdmin("POST", "/v1/orders/"+shipped+"/ship"))
	w.ask(409, 1003, w.asBuyer("DELETE", "/v1/orders/"+shipped))
	if w.async {
		w.events(shipped)
	}

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
	purchase.Key, purchase.Body = w.key(), Purchase(tea)
	status := http.StatusCreated
	if w.async {
		status = http.StatusAccepted
	}
	answer := w.ask(status, 0, purchase)
	w.ask(200, 0, w.asBuyer("GET", answer.Header.Get("Location")))
	var order Order
	require.NoError(w.t, json.Unmarshal(answer.Data, &order))
	paid, err := w.s.Shop.AwaitOrder(w.t.Context(), buyer, order.ID)
	require.NoError(w.t, err)
	require.Equal(w.t, "PAID", paid.Data.Status)
	return order.ID
}

// cancelEarly cancels a purchase that cannot go on before.
func (w *walk) cancelEarly() {
	w.s.Broker("inventory").Freeze()
	purchase := w.asBuyer("POST", "/v1/orders")
	purchase.Key, purchase.Body = w.key(), Purchase(tea)
	location := w.ask(202, 0, purchase).Header.Get("Location")
	w.ask(202, 0, w.asBuyer("DELETE", location))
	require.NoError(w.t, w.s.Broker("inventory").Heal())
}

// events reads the stream of an order that has ended, which ends too.
func (w *walk) events(id string) {
	request, err := w.s.Shop.build(w.t.Context(), w.asBuyer("GET", "/v1/orders/"+id+"/events"))
	require.NoError(w.t, err)
	response, err := w.client.Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	stream, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, response.StatusCode, string(stream))
	require.Contains(w.t, string(stream), "SHIPPED")
}
