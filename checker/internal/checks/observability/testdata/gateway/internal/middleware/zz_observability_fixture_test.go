package middleware_test

import (
	"encoding/json"
	"errors"
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
	if p == nil || zzoIsAbort(p) {
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

// zzoIsAbort tells whether a panic is the server's own way to abort a connection, which Recovery lets pass.
func zzoIsAbort(p any) bool {
	err, ok := p.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// zzoGateway is an engine with the middleware of the gateway and some routes.
type zzoGateway struct {
	engine   *gin.Engine
	registry *prometheus.Registry
	panics   int // that came to Recovery
	aborts   int // that came to the server
}

// zzoStart puts first in front of Context and Recovery, and last behind them. on is called by each handler.
func zzoStart(t *testing.T, first gin.HandlersChain, last func(*prometheus.Registry) gin.HandlerFunc, on func(c *gin.Context)) *zzoGateway {
	t.Helper()
	defer zzoCrash(t, "the middleware")
	gin.SetMode(gin.ReleaseMode)
	g := &zzoGateway{engine: gin.New(), registry: prometheus.NewRegistry()}
	g.engine.Use(first...)
	g.engine.Use(middleware.Context(zap.NewNop()), middleware.Recovery(), func(c *gin.Context) {
		defer func() {
			if p := recover(); p != nil {
				g.panics++
				panic(p)
			}
		}()
		c.Next()
	})
	if last != nil {
		g.engine.Use(last(g.registry))
	}
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
	g.engine.GET("/v1/moved/:id", func(c *gin.Context) { on(c); c.Redirect(http.StatusFound, "/v1/orders/1") })
	g.engine.GET("/v1/internal/:id", answer(http.StatusInternalServerError))
	g.engine.GET("/v1/late/:id", answer(http.StatusGatewayTimeout))
	g.engine.GET("/v1/hung-up/:id", answer(499))
	g.engine.GET("/healthz", answer(http.StatusOK))
	g.engine.GET("/v1/aborted/:id", func(c *gin.Context) { on(c); c.AbortWithStatusJSON(http.StatusConflict, gin.H{}) })
	g.engine.GET("/v1/panic/:id", func(c *gin.Context) { on(c); panic("it broke") })
	g.engine.GET("/v1/connection/:id", func(c *gin.Context) { on(c); panic(http.ErrAbortHandler) })
	return g
}

// send sends a request. headers are pairs of name and value, and may repeat names.
func (g *zzoGateway) send(t *testing.T, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	return g.serve(t, request)
}

func (g *zzoGateway) serve(t *testing.T, request *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	defer zzoCrash(t, request.Method+" "+request.URL.Path)
	g.aborts++
	g.engine.ServeHTTP(recorder, request)
	g.aborts--
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
