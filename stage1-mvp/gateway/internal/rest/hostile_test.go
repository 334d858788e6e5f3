package rest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/config"
	"shop/gateway/internal/rest"
)

func TestUnknownOrDuplicateKey_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for body, field := range map[string]string{
		`{"minor_units":5,"currency":"EUR","minor_unit":7}`:                                                   "minor_unit",
		`{"minor_units":5,"currency":"EUR","minor_units":7}`:                                                  "minor_units",
		`{"minor_units":5,"currency":"EUR","Minor_Units":7}`:                                                  "Minor_Units",
		`{"minor_units":5,"Currency":"EUR"}`:                                                                  "Currency",
		`{"minor_units":5,"currency":"EUR","x":{"y":[{"a":1,"a":2}]}}`:                                        "a",
		`{"minor_units":5,"currency":"EUR","minor_unit\u0073":7}`:                                             "minor_units",
		`{"minor_units":5,"currency":"EUR","` + strings.Repeat("x", 300) + `":` + `1}`:                        strings.Repeat("x", 300),
		`{"minor_units":5,"currency":"EUR","\ud800":1}`:                                                       "\ufffd",
		`{"minor_units":5,"currency":"EUR","deep":` + strings.Repeat("[", 90) + strings.Repeat("]", 90) + "}": "deep",
	} {
		a := g.do(http.MethodPost, "/v1/wallets/me/top-ups", body)
		assert.Equal(t, http.StatusBadRequest, a.Code, body)
		if assert.Len(t, a.body.Fields, 1, body) {
			assert.Equal(t, field, a.body.Fields[0].Field, body)
		}
	}
}

func TestInvalidQuery_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = emptyList
	for _, query := range []string{
		"page_size=1;cursor=x", "page_size=%zz", "page_size=1&page_size=2", "page_size=99999999999", "page_size=-1", "page_size=1e3",
		"cursor=" + strings.Repeat("x", 1025), "%ff=1",
	} {
		a := g.do(http.MethodGet, "/v1/orders?"+query, "")
		assert.Equal(t, http.StatusBadRequest, a.Code, query)
		assert.Equal(t, 1002, a.body.Code, query)
	}
	assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders?page_size=100000&utm_source=mail", "").Code, "the service limits the page size")
}

func TestMethodNotAllowed_HasAllowAndBody(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for _, method := range []string{http.MethodPut, http.MethodOptions, http.MethodTrace, "INVENTED"} {
		a := g.do(method, "/v1/orders", "")
		assert.Equal(t, http.StatusMethodNotAllowed, a.Code, method)
		assert.Equal(t, "METHOD_NOT_ALLOWED", a.body.Reason, method)
		assert.Contains(t, a.Header().Get("Allow"), "GET", method)
		assert.Contains(t, a.Header().Get("Allow"), "POST", method)
	}
}

func TestDuplicateHeader_IsRejected(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for header, status := range map[string]int{"Authorization": http.StatusUnauthorized, "Idempotency-Key": http.StatusBadRequest} {
		request := httptest.NewRequest(http.MethodPost, "/v1/orders", strings.NewReader(teaForFive))
		request.Header.Set("Authorization", "Bearer "+g.token())
		request.Header.Set("Idempotency-Key", "k1")
		request.Header.Add(header, request.Header.Get(header))
		recorder := httptest.NewRecorder()
		g.handler.ServeHTTP(recorder, request)
		assert.Equal(t, status, recorder.Code, header)
	}
}

func TestForwardingHeader_UntrustedPeer_IsIgnored(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.RateLimit = config.RateLimit{PerSecond: 0.001, Burst: 1} })
	g.orders.list = emptyList
	require.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "").Code)
	for _, header := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "True-Client-Ip", "Cf-Connecting-Ip", "X-Appengine-Remote-Addr"} {
		assert.Equal(t, http.StatusTooManyRequests, g.do(http.MethodGet, "/v1/orders", "", header, "203.0.113.9").Code, header)
	}
	// Another id is not another route.
	require.Equal(t, http.StatusBadRequest, g.do(http.MethodGet, "/v1/orders/1", "").Code)
	assert.Equal(t, http.StatusTooManyRequests, g.do(http.MethodGet, "/v1/orders/2", "").Code)
}

// listen serves the gateway on a port, as it is in production.
func (g *gateway) listen(cfg config.Server) (address string) {
	g.t.Helper()
	_, address = g.serve(cfg)
	return address
}

func (g *gateway) serve(cfg config.Server) (server *rest.Server, address string) {
	g.t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(g.t, err)
	cfg.Addr = free.Addr().String()
	require.NoError(g.t, free.Close())
	server = rest.NewServer("gateway", cfg, g.handler.(*gin.Engine), zap.NewNop())
	require.NoError(g.t, server.Start(g.t.Context()))
	g.t.Cleanup(func() { _ = server.Stop(g.t.Context()) })
	return server, cfg.Addr
}

var shortTimeouts = config.Server{
	RequestTimeout: time.Second, ReadTimeout: 300 * time.Millisecond, WriteTimeout: time.Second, IdleTimeout: time.Second,
	DrainTimeout: time.Second, MaxHeaderBytes: 16 << 10,
}

func TestSlowClient_IsDisconnected(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	address := g.listen(shortTimeouts)
	for name, beginning := range map[string]string{
		"header": "POST /v1/login HTTP/1.1\r\nHost: x\r\n",
		"body":   "POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
	} {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, beginning)
		require.NoError(t, err)
		begin := time.Now()
		require.NoError(t, conn.SetReadDeadline(begin.Add(10*time.Second)))
		_, err = io.Copy(io.Discard, conn)
		assert.NoError(t, err, "%s: the server must hang up", name)
		assert.Less(t, time.Since(begin), 5*time.Second, name)
	}
}

// The connection of a client that does not read its answers is closed in the end, which is not a failure of the gateway.
func TestStop_ClientDoesNotRead_Succeeds(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.RateLimit = config.RateLimit{} })
	server, address := g.serve(config.Server{
		RequestTimeout: time.Minute, ReadTimeout: time.Minute, IdleTimeout: time.Minute, DrainTimeout: 100 * time.Millisecond,
	})
	conn, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
	request := []byte(strings.Repeat("GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", 100))
	for err == nil {
		require.NoError(t, conn.SetWriteDeadline(time.Now().Add(time.Second)))
		_, err = conn.Write(request)
	}

	assert.NoError(t, server.Stop(t.Context()))
}

func TestUnusualRequests_GetAnAnswer(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	address := g.listen(shortTimeouts)
	for request, status := range map[string]int{
		"GET /healthz HTTP/1.0\r\n\r\n":                                                               http.StatusOK,
		"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                              http.StatusMethodNotAllowed,
		"GET http://elsewhere/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":               http.StatusOK,
		"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                  http.StatusNotFound,
		"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n":          http.StatusRequestHeaderFieldsTooLarge,
		"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: -1\r\n\r\n":         http.StatusBadRequest,
		"POST /v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n":              http.StatusBadRequest,
		"POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}":      http.StatusBadRequest,
		"GET /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer x\r\nConnection: close\r\n\r\n": http.StatusBadRequest,
	} {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, request)
		require.NoError(t, err)
		answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if assert.NoError(t, err, fmt.Sprintf("%.60q", request)) {
			assert.Equal(t, status, answer.StatusCode, fmt.Sprintf("%.60q", request))
			answer.Body.Close()
		}
	}
}
