package middleware_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"

	"shop/gateway/internal/middleware"
)

type zzoFailure struct{ id, what, expected, seen, why string }

func zzoFail(t *testing.T, f zzoFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzoCrash is deferred around the learner's code.
func zzoCrash(t *testing.T, what string) {
	t.Helper()
	p := recover()
	if p == nil {
		return
	}
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		ours := strings.Contains(frame.File, "/gateway/internal/") || strings.Contains(frame.File, "/platform/")
		if ours && !strings.HasSuffix(frame.File, "_test.go") {
			fmt.Printf("\n\t%s:%d\n", frame.File, frame.Line)
			break
		}
	}
	zzoFail(t, zzoFailure{"crash", what + " panics", "an answer", fmt.Sprintf("panic: %v", p), "what observes a request must not end it"})
}

// zzoGateway is an engine with the middleware of the gateway and some routes.
type zzoGateway struct {
	engine   *gin.Engine
	registry *prometheus.Registry
}

// zzoStart puts first in front of the rest of the middleware. on is called by each handler.
func zzoStart(t *testing.T, first gin.HandlersChain, on func(c *gin.Context)) *zzoGateway {
	t.Helper()
	defer zzoCrash(t, "the middleware")
	gin.SetMode(gin.ReleaseMode)
	g := &zzoGateway{engine: gin.New(), registry: prometheus.NewRegistry()}
	g.engine.Use(first...)
	g.engine.Use(middleware.Context(zap.NewNop()), middleware.Recovery(), middleware.Metrics(g.registry))
	g.engine.HandleMethodNotAllowed = true
	answer := func(status int) gin.HandlerFunc {
		return func(c *gin.Context) {
			on(c)
			c.JSON(status, gin.H{})
		}
	}
	g.engine.NoRoute(answer(http.StatusNotFound))
	g.engine.NoMethod(answer(http.StatusMethodNotAllowed))
	g.engine.GET("/v1/orders/:id", answer(http.StatusOK))
	g.engine.POST("/v1/orders", answer(http.StatusCreated))
	g.engine.DELETE("/v1/orders/:id", func(c *gin.Context) { on(c); c.Status(http.StatusNoContent) })
	g.engine.GET("/v1/gone/:id", answer(http.StatusNotFound))
	g.engine.GET("/v1/broken/:id", answer(http.StatusServiceUnavailable))
	g.engine.GET("/v1/aborted/:id", func(c *gin.Context) { on(c); c.AbortWithStatusJSON(http.StatusConflict, gin.H{}) })
	g.engine.GET("/v1/panic/:id", func(c *gin.Context) { on(c); panic("it broke") })
	return g
}

// send sends a request. headers are pairs of name and value, and may repeat names.
func (g *zzoGateway) send(t *testing.T, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	defer zzoCrash(t, method+" "+path)
	g.engine.ServeHTTP(recorder, request)
	return recorder
}

// series returns the count of each series of a family, by its labels.
func (g *zzoGateway) series(family string) map[string]float64 {
	out := map[string]float64{}
	for _, m := range g.metrics(family) {
		var labels []string
		for _, l := range m.GetLabel() {
			labels = append(labels, l.GetName()+"="+l.GetValue())
		}
		slices.Sort(labels)
		value := m.GetCounter().GetValue()
		if h := m.GetHistogram(); h != nil {
			value = float64(h.GetSampleCount())
		}
		out["{"+strings.Join(labels, " ")+"}"] = value
	}
	return out
}

func (g *zzoGateway) metrics(family string) []*dto.Metric {
	families, _ := g.registry.Gather()
	for _, f := range families {
		if f.GetName() == family {
			return f.GetMetric()
		}
	}
	return nil
}

// zzoAdded says what was added.
func zzoAdded(before, after map[string]float64) string {
	var added []string
	for _, labels := range slices.Sorted(maps.Keys(after)) {
		if d := after[labels] - before[labels]; d != 0 {
			added = append(added, fmt.Sprintf("%s +%g", labels, d))
		}
	}
	if len(added) == 0 {
		return "nothing"
	}
	return strings.Join(added, ", ")
}
