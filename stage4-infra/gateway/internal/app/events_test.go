package app

import (
	"bufio"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"shop/gateway/internal/config"
	"shop/inventory/inventorytest"
	"shop/order/ordertest"
	"shop/platform/auth"
	platformconfig "shop/platform/config"
	"shop/platform/contracttest"
	"shop/wallet/wallettest"
)

// shop is the gateway in front of the three services.
type shop struct {
	t               *testing.T
	address         string
	customer, admin string
}

// newShop sells tea, and its customer has money. The limits of requests are shorter than a stream lasts.
func newShop(t *testing.T) *shop {
	t.Helper()
	keys := contracttest.NewKeys(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, free.Close())
	environment := map[string]string{
		"INVENTORY_TARGET": inventorytest.Serve(t, keys), "WALLET_TARGET": wallettest.Serve(t, keys),
		"GATEWAY_ADDR": free.Addr().String(), "HTTP_READ_TIMEOUT": "1s", "REQUEST_TIMEOUT": "1s", "HTTP_WRITE_TIMEOUT": "1s",
		"EVENTS_HEARTBEAT": "200ms", "SHUTDOWN_ENDPOINT_WAIT": "0s",
	}
	environment["ORDER_TARGET"] = ordertest.Serve(t, keys, environment["INVENTORY_TARGET"], environment["WALLET_TARGET"])
	maps.Copy(environment, keys.Environment())
	for name, value := range environment {
		t.Setenv(name, value)
	}
	var cfg config.Config
	require.NoError(t, platformconfig.Load(&cfg))
	gateway := fxtest.New(t, fx.NopLogger, Options(cfg))
	gateway.RequireStart()
	t.Cleanup(gateway.RequireStop)
	s := &shop{
		t: t, address: "http://" + cfg.Server.Addr,
		customer: string(keys.Token(uuid.NewString(), auth.Customer)), admin: string(keys.Token(uuid.NewString(), auth.Admin)),
	}
	s.ask(http.MethodPut, "/v1/products/tea", s.admin, `{"name":"Tea","unit_price":{"minor_units":500,"currency":"EUR"}}`)
	s.ask(http.MethodPost, "/v1/stock/tea/adjustments", s.admin, `{"delta":10}`)
	s.ask(http.MethodPost, "/v1/wallets/me/top-ups", s.customer, `{"minor_units":2000,"currency":"EUR"}`)
	return s
}

func (s *shop) request(method, path, token, body string) *http.Request {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.address+path, strings.NewReader(body))
	require.NoError(s.t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Idempotency-Key", uuid.NewString())
	return request
}

// ask returns the Location of a success.
func (s *shop) ask(method, path, token, body string) (location string) {
	s.t.Helper()
	response, err := http.DefaultClient.Do(s.request(method, path, token, body))
	require.NoError(s.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	require.Less(s.t, response.StatusCode, 300, "%s", answer)
	return response.Header.Get("Location")
}

// Not parallel: the services are configured by the environment.
func TestEvents_RealServices_FollowTheOrderToItsEnd(t *testing.T) {
	s := newShop(t)
	order := s.ask(http.MethodPost, "/v1/orders", s.customer, `{"items":[{"sku":"tea","quantity":1}]}`)
	response, err := http.DefaultClient.Do(s.request(http.MethodGet, order+"/events", s.customer, ""))
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)

	lines, heartbeats := bufio.NewScanner(response.Body), 0
	until := func(what string, seen func(line string) bool) {
		t.Helper()
		for lines.Scan() {
			if seen(lines.Text()) {
				return
			}
		}
		require.Fail(t, "the stream ended", "before %s: %v", what, lines.Err())
	}
	until("the order was paid", func(line string) bool { return strings.Contains(line, `"status":"PAID"`) })
	// Longer than a request or a write may take.
	until("20 heartbeats", func(line string) bool {
		if strings.HasPrefix(line, ":") {
			heartbeats++
		}
		return heartbeats == 20
	})
	s.ask(http.MethodDelete, order, s.customer, "")
	until("the order was cancelled", func(line string) bool { return strings.Contains(line, `"status":"CANCELLED"`) })
	for lines.Scan() {
		assert.Empty(t, lines.Text(), "after the last event")
	}
	assert.NoError(t, lines.Err(), "the stream ends like an answer")
}
