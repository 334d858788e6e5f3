package health_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"shop/platform/health"
)

func TestRegisterHTTP_LiveAlwaysAndReadyOnlyWhileReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &dependency{err: errDown}
		h := start(t, "a", a)
		mux := http.NewServeMux()
		h.RegisterHTTP(mux)
		statuses := func() [2]int {
			var got [2]int
			for i, path := range []string{health.LivePath, health.ReadyPath} {
				answer := httptest.NewRecorder()
				mux.ServeHTTP(answer, httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil))
				got[i] = answer.Code
			}
			return got
		}
		assert.Equal(t, [2]int{http.StatusOK, http.StatusServiceUnavailable}, statuses(), "no probe has succeeded yet")
		a.set(nil)
		time.Sleep(cfg.StartInterval)
		synctest.Wait()
		assert.Equal(t, [2]int{http.StatusOK, http.StatusOK}, statuses())
		h.Shutdown()
		assert.Equal(t, [2]int{http.StatusOK, http.StatusServiceUnavailable}, statuses(), "a process that stops is alive")
	})
}
