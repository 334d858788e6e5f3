package middleware

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"shop/platform/telemetry"
)

// Metrics counts requests, errors and durations.
func Metrics(registry *prometheus.Registry) gin.HandlerFunc {
	factory := promauto.With(registry)
	handled := factory.NewCounterVec(prometheus.CounterOpts{Name: "http_server_requests_total", Help: "Requests."}, []string{"status", "route", "method"})
	duration := factory.NewHistogramVec(prometheus.HistogramOpts{
		Name: "http_server_request_duration_seconds", Help: "Durations.", Buckets: prometheus.ExponentialBuckets(.001, 2, 16),
	}, []string{"route", "method"})
	return func(c *gin.Context) {
		started := time.Now()
		count := func(status int) {
			labels := prometheus.Labels{"method": methodOf(c), "route": routeOf(c)}
			telemetry.Observe(c.Request.Context(), duration.With(labels), time.Since(started).Seconds())
			labels["status"] = strconv.Itoa(status)
			handled.With(labels).Inc()
		}
		defer func() {
			if cause := recover(); cause != nil {
				count(http.StatusInternalServerError)
				panic(cause)
			}
			count(c.Writer.Status())
		}()
		c.Next()
	}
}
