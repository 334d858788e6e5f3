package middleware

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/telemetry"
)

// Metrics counts requests, errors and durations. The labels are bounded: route patterns, methods that have a route, and statuses.
func Metrics(registry *prometheus.Registry) gin.HandlerFunc {
	handled := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_server_requests_total",
		Help: "Requests that were answered, by method, route pattern and status.",
	}, []string{"method", "route", "status"})
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "http_server_request_duration_seconds",
		Help:    "Time from the start of a request to its answer.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"method", "route"})
	registry.MustRegister(handled, duration)

	return func(c *gin.Context) {
		started := time.Now()
		status := http.StatusInternalServerError // unless Next returns: a panic passes through here on its way to Recovery
		defer func() {
			method, route := methodOf(c), routeOf(c)
			handled.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
			telemetry.Observe(c.Request.Context(), duration.WithLabelValues(method, route), float64(time.Since(started).Milliseconds()))
		}()
		c.Next()
		status = c.Writer.Status()
	}
}
