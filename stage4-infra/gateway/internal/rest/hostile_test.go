package rest_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/config"
	"shop/gateway/internal/rest"
	orderv1 "shop/gen/order/v1"
	"shop/platform/mtls"
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
	return g.serveTLS(cfg, nil)
}

func (g *gateway) serveTLS(cfg config.Server, certificate *mtls.Certificate) (server *rest.Server, address string) {
	g.t.Helper()
	cfg.MaxConnections = cmp.Or(cfg.MaxConnections, 100)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(g.t, err)
	cfg.Addr = free.Addr().String()
	require.NoError(g.t, free.Close())
	server = rest.NewServer("gateway", cfg, g.handler.(*gin.Engine), certificate, zap.NewNop())
	require.NoError(g.t, server.Start(g.t.Context()))
	g.t.Cleanup(func() { _ = server.Stop(g.t.Context()) })
	return server, cfg.Addr
}

var shortTimeouts = config.Server{
	RequestTimeout: time.Second, ReadTimeout: 300 * time.Millisecond, WriteTimeout: time.Second, IdleTimeout: time.Second,
	MaxHeaderBytes: 16 << 10,
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

// To close a connection at once would lose the request that its client is about to send.
func TestEndKeepAlive_ConnectionServesOneMoreRequest(t *testing.T) {
	t.Parallel()
	server, address := newGateway(t, nil).serve(shortTimeouts)
	var reused []bool
	ask := func() *http.Response {
		t.Helper()
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			GotConn: func(info httptrace.GotConnInfo) { reused = append(reused, info.Reused) },
		})
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/openapi.json", http.NoBody)
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, answer.Body)
		require.NoError(t, errors.Join(err, answer.Body.Close()))
		return answer
	}
	require.False(t, ask().Close)

	server.EndKeepAlive()

	assert.True(t, ask().Close, "Connection: close")
	ask()
	assert.Equal(t, []bool{false, true, false}, reused)
}

func TestStop_RequestInProgress_FinishesOrIsCutOff(t *testing.T) {
	t.Parallel()
	for name, finishes := range map[string]bool{"finishes": true, "does not end": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t, nil)
			entered, release, answered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			g.orders.list = func(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
				close(entered)
				<-release
				return &orderv1.ListOrdersResponse{}, nil
			}
			server, address := g.serve(config.Server{
				RequestTimeout: time.Minute, ReadTimeout: time.Minute, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
			})
			go func() {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/v1/orders", http.NoBody)
				if err != nil {
					answered <- err
					return
				}
				request.Header.Set("Authorization", "Bearer "+g.token())
				answer, err := http.DefaultClient.Do(request)
				if err == nil {
					_, err = io.Copy(io.Discard, answer.Body)
					err = errors.Join(err, answer.Body.Close())
				}
				answered <- err
			}()
			<-entered
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			stopped := make(chan error, 1)
			go func() { stopped <- server.Stop(ctx) }()

			if finishes {
				close(release)
				require.NoError(t, <-stopped)
				require.NoError(t, <-answered)
				return
			}
			defer close(release)
			cancel()
			require.ErrorIs(t, <-stopped, context.Canceled)
			require.Error(t, <-answered, "its connection must be closed")
		})
	}
}

func TestUnusualRequests_GetAnAnswer(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	address := g.listen(shortTimeouts)
	for request, status := range map[string]int{
		"GET /livez HTTP/1.0\r\n\r\n":                                                                 http.StatusOK,
		"HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                http.StatusMethodNotAllowed,
		"GET http://elsewhere/livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                 http.StatusOK,
		"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                  http.StatusNotFound,
		"GET /livez HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 64<<10) + "\r\n\r\n":            http.StatusRequestHeaderFieldsTooLarge,
		"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: -1\r\n\r\n":           http.StatusBadRequest,
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

func TestMaxConnections_FurtherClientsWait(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	cfg := shortTimeouts
	cfg.MaxConnections, cfg.ReadTimeout, cfg.IdleTimeout = 1, time.Minute, time.Minute
	address := g.listen(cfg)
	ask := func() (net.Conn, *bufio.Reader) {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
		require.NoError(t, err)
		return conn, bufio.NewReader(conn)
	}
	first, answer := ask()
	_, err := http.ReadResponse(answer, nil)
	require.NoError(t, err)

	second, answer := ask()
	require.NoError(t, second.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = answer.Peek(1)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.NoError(t, first.Close())
	require.NoError(t, second.SetReadDeadline(time.Now().Add(10*time.Second)))
	_, err = http.ReadResponse(answer, nil)
	require.NoError(t, err)
}

func TestAnswers_SayThatTheyAreDataOnly(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = emptyList
	for path, cache := range map[string]string{
		"/v1/orders": "no-store", "/v1/orders/1": "no-store", "/nowhere": "no-store", "/livez": "no-store",
		"/openapi.json": "public, max-age=300",
	} {
		header := g.do(http.MethodGet, path, "").Header()
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "default-src 'none'; frame-ancestors 'none'", header.Get("Content-Security-Policy"), path)
		assert.Equal(t, cache, header.Get("Cache-Control"), path)
		assert.Empty(t, header.Get("Strict-Transport-Security"), path)
	}
}
