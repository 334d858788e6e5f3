package middleware

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/overload"
)

func TestShedLoad_GatewayFull_RefusesByPriorityAndNeverHealth(t *testing.T) {
	t.Parallel()
	gin.SetMode(gin.ReleaseMode)
	cfg := config.Defaults[overload.Config]()
	cfg.Min, cfg.Max = 10, 10
	limiter := overload.New(cfg, prometheus.NewRegistry(), time.Now)
	engine := gin.New()
	ok := func(c *gin.Context) { c.Status(http.StatusOK) }
	engine.Use(ShedLoad(limiter, Priorities{
		"GET /v1/orders": overload.Low, "DELETE /v1/orders/:id": overload.High,
	}, "GET /v1/orders/:id/events"))
	engine.GET("/v1/orders", ok)
	engine.POST("/v1/orders", ok)
	engine.DELETE("/v1/orders/:id", ok)
	engine.GET("/v1/orders/:id/events", ok)
	engine.GET("/livez", ok)
	ask := func(method, path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		engine.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
		return answer
	}
	fill := func(n int) {
		for range n {
			_, err := limiter.Admit(t.Context(), overload.High)
			require.NoError(t, err)
		}
	}

	for range 50 { // streams and calls that have ended take no place
		require.Equal(t, http.StatusOK, ask("GET", "/v1/orders/1/events").Code)
		require.Equal(t, http.StatusOK, ask("POST", "/v1/orders").Code)
	}
	fill(7)
	refused := ask("GET", "/v1/orders")
	assert.Equal(t, http.StatusServiceUnavailable, refused.Code)
	assert.JSONEq(t, `{"code":5001,"reason":"OVERLOADED","message":"overloaded, try again later"}`, refused.Body.String())
	after, err := strconv.Atoi(refused.Header().Get("Retry-After"))
	require.NoError(t, err)
	assert.Positive(t, after)
	assert.Equal(t, http.StatusOK, ask("POST", "/v1/orders").Code)
	fill(2)
	assert.Equal(t, http.StatusServiceUnavailable, ask("POST", "/v1/orders").Code)
	assert.Equal(t, http.StatusServiceUnavailable, ask("GET", "/v1/orders/1/events").Code)
	assert.Equal(t, http.StatusOK, ask("DELETE", "/v1/orders/1").Code)
	fill(1)
	assert.Equal(t, http.StatusServiceUnavailable, ask("DELETE", "/v1/orders/1").Code)
	assert.Equal(t, http.StatusOK, ask("GET", "/livez").Code)
	assert.Equal(t, http.StatusNotFound, ask("GET", "/nothing").Code, "an unknown path costs nothing")
}
