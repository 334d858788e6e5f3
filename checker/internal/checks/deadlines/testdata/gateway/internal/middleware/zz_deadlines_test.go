// Hidden checks of the lesson on deadlines. They use only names that the lesson gives. Time in them is that of package synctest: it passes
// only while all goroutines wait.
package middleware

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"
)

type zzdFailure struct{ id, sentence, expected, seen, why string }

func zzdFail(t *testing.T, f zzdFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

type zzdKey struct{}

// zzdLeft says how much time a context has.
func zzdLeft(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return "no deadline"
	}
	return time.Until(deadline).String()
}

func TestZZDeadlinesRequest(t *testing.T) {
	gin.SetMode(gin.TestMode)
	for _, judge := range []func(*testing.T){zzdBudget, zzdFrozen, zzdHangUp, zzdAnswer} {
		if !t.Failed() {
			synctest.Test(t, judge)
		}
	}
}

// zzdServe sends a request through Deadline to the handler, and returns what it was answered.
func zzdServe(ctx context.Context, timeout time.Duration, handler gin.HandlerFunc) *httptest.ResponseRecorder {
	engine := gin.New()
	engine.Use(Deadline(timeout))
	engine.GET("/orders", handler)
	answer := httptest.NewRecorder()
	engine.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, "/orders", nil))
	return answer
}

// zzdBudget judges the context that the handler gets.
func zzdBudget(t *testing.T) {
	for _, timeout := range []time.Duration{15 * time.Second, 2 * time.Second} {
		var left string
		var value any
		var kept context.Context
		runs := 0
		zzdServe(context.WithValue(t.Context(), zzdKey{}, "trace"), timeout, func(c *gin.Context) {
			runs++
			kept = c.Request.Context()
			left, value = zzdLeft(kept), kept.Value(zzdKey{})
		})
		if runs != 1 {
			zzdFail(t, zzdFailure{"runs", "the handler does not run once", "1", fmt.Sprint(runs), "the middleware only changes the context of the request"})
		}
		if left != timeout.String() {
			zzdFail(t, zzdFailure{"budget", fmt.Sprintf("Deadline(%v): the context of the request has the wrong deadline", timeout), timeout.String() + " from now", left,
				"the gateway is the first hop: without its deadline no hop behind it has one, and one frozen service holds every request that needs it"})
		}
		if value != "trace" {
			zzdFail(t, zzdFailure{"values", "the context of the request has lost its values", "the values of the request that came in", fmt.Sprint(value),
				"the caller, the correlation id and the trace are in them"})
		}
		if kept.Err() == nil {
			zzdFail(t, zzdFailure{"released", "the request is answered, and its context has not ended", "an ended context", "no error",
				"until the deadline its timer and all that waits for the context stay in memory: at 1000 requests per second these are 15000"})
		}
	}
	var left string
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	zzdServe(ctx, 15*time.Second, func(c *gin.Context) { left = zzdLeft(c.Request.Context()) })
	if left != "1s" {
		zzdFail(t, zzdFailure{"earlier", "a request that comes with a deadline in 1s gets another one from Deadline(15s)", "1s", left, "a hop can only shorten the time that is left"})
	}
}

// zzdFrozen judges a handler whose dependency does not answer.
func zzdFrozen(t *testing.T) {
	begin := time.Now()
	var err error
	zzdServe(t.Context(), 15*time.Second, func(c *gin.Context) {
		select {
		case <-c.Request.Context().Done():
			err = c.Request.Context().Err()
		case <-time.After(time.Hour):
		}
	})
	if took := time.Since(begin); took != 15*time.Second || !errors.Is(err, context.DeadlineExceeded) {
		zzdFail(t, zzdFailure{"frozen", "a handler that waits for a frozen service with the context of its request", "DeadlineExceeded after 15s", fmt.Sprintf("%v after %v", err, took),
			"requests that wait for ever use up connections and memory until the gateway answers no request at all"})
	}
}

// zzdHangUp judges a request whose client does not wait for the answer.
func zzdHangUp(t *testing.T) {
	begin := time.Now()
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	time.AfterFunc(time.Second, hangUp)
	var err error
	zzdServe(ctx, 15*time.Second, func(c *gin.Context) {
		select {
		case <-c.Request.Context().Done():
			err = c.Request.Context().Err()
		case <-time.After(time.Hour):
		}
	})
	if took := time.Since(begin); took != time.Second || !errors.Is(err, context.Canceled) {
		zzdFail(t, zzdFailure{"hung-up", "the client hangs up after 1s", "the context of the request is canceled after 1s", fmt.Sprintf("%v after %v", err, took),
			"without this all services go on working for a client that is gone, while those who wait get slower answers"})
	}
}

// zzdAnswer judges a handler that answers late: the time is up, and it says so itself.
func zzdAnswer(t *testing.T) {
	begin := time.Now()
	answer := zzdServe(t.Context(), time.Second, func(c *gin.Context) {
		select {
		case <-c.Request.Context().Done():
		case <-time.After(time.Hour):
		}
		time.Sleep(100 * time.Millisecond)
		c.String(http.StatusTeapot, "from the handler")
	})
	if took := time.Since(begin); took != 1100*time.Millisecond || answer.Code != http.StatusTeapot || answer.Body.String() != "from the handler" {
		zzdFail(t, zzdFailure{"answer", "a handler answers 100ms after the deadline", "418, its own answer, after 1.1s",
			fmt.Sprintf("%d %q after %v", answer.Code, answer.Body.String(), took),
			"what answers in place of a handler that still runs writes into the same response: the client gets parts of both"})
	}
}
