package discovery

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
)

const (
	mostFailures = 10
	longestBreak = 30 * time.Second
)

// breaks judges api-breaker of the shop's routes: it opens for a broken gateway, closes again, and opens for nothing else.
func (g *gateway) breaks(t *check.T) {
	t.Step("let the gateway fail")
	for _, path := range []string{"/v1/products", "/v1/orders"} {
		r := g.match(http.MethodGet, path)
		b := g.breakerOf(t, r, path)
		for _, status := range []int{500, 502, 504} {
			opened := b.after(slices.Repeat([]int{status}, mostFailures))
			t.True(opened, check.Failure{
				ID: "never-opens", Sentence: "APISIX goes on asking a gateway that is broken", Expected: fmt.Sprintf("after %d answers %d in a row, requests for %s are refused", mostFailures, status, path),
				Seen: b.String(), Why: "each request waits for its timeout, and the gateway gets no time to recover",
			})
		}
		for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests, http.StatusConflict, http.StatusNotFound} {
			opened := b.after(slices.Repeat([]int{status}, 1000))
			t.True(!opened, check.Failure{
				ID: "opens-wrongly", Sentence: fmt.Sprintf("APISIX refuses everything because some requests are answered %d", status), Expected: fmt.Sprintf("answers %d do not open the breaker", status), Seen: b.String(),
				Why: "a gateway that sheds load answers 503 to a part of the requests, so that the others work; a breaker turns this part into all",
			})
		}
		t.True(!b.after([]int{502, 200}), check.Failure{
			ID: "nervous", Sentence: "one failure closes the shop", Expected: "a single 502 does not open the breaker", Seen: b.String(), Why: "every pod that stops at a bad moment would cost seconds of the whole shop",
		})
		longest := 300 * time.Second
		if b.MaxBreakerSec != nil {
			longest = time.Duration(*b.MaxBreakerSec) * time.Second
		}
		t.True(longest >= 3*time.Second && longest <= longestBreak, check.Failure{
			ID: "stays-open", Sentence: "the shop stays closed long after the gateway is well", Expected: fmt.Sprintf("max_breaker_sec from 3 to %d", longestBreak/time.Second), Seen: longest.String(),
			Why: "APISIX doubles the pause at each failure, up to five minutes if nothing is set; it asks no earlier",
		})
		t.True(b.BreakResponseCode == http.StatusServiceUnavailable, check.Failure{
			ID: "break-status", Sentence: "clients do not learn that they may come back", Expected: "break_response_code: 503", Seen: fmt.Sprint(b.BreakResponseCode), Why: "they handle 503 as `try again later`; a 200 or a 4xx is taken for an answer about the order",
		})
	}
}

func (g *gateway) breakerOf(t *check.T, r *route, path string) *breaker {
	b := r.Plugins.APIBreaker
	for i := range g.table.GlobalRules {
		if b == nil {
			b = g.table.GlobalRules[i].Plugins.APIBreaker
		}
	}
	t.True(b != nil, check.Failure{
		ID: "never-opens", Sentence: "APISIX goes on asking a gateway that is broken", Expected: "api-breaker for " + path, Seen: "none at the route " + r.ID, Why: "each request waits for its timeout, and the gateway gets no time to recover",
	})
	valid := b.BreakResponseCode >= 200 && b.BreakResponseCode <= 599 && *or(b.Unhealthy.Failures, 3) >= 1 && *or(b.Healthy.Successes, 3) >= 1 && *or(b.MaxBreakerSec, 300) >= 3
	for _, status := range b.Unhealthy.HTTPStatuses {
		valid = valid && status >= 500 && status <= 599
	}
	for _, status := range b.Healthy.HTTPStatuses {
		valid = valid && status >= 200 && status <= 499
	}
	t.True(valid, check.Failure{
		ID: "refused", Sentence: "APISIX does not take api-breaker of the route " + r.ID, Expected: "break_response_code from 200 to 599; unhealthy statuses from 500 to 599, healthy ones from 200 to 499; counts from 1, max_breaker_sec from 3",
		Seen: b.String(), Why: "APISIX leaves the route out, and every request for it ends with 404",
	})
	return b
}

// after says whether the breaker is open after these answers of the upstream.
func (b *breaker) after(statuses []int) bool {
	unhealthy, healthy := b.Unhealthy.HTTPStatuses, b.Healthy.HTTPStatuses
	if len(unhealthy) == 0 {
		unhealthy = []int{500}
	}
	if len(healthy) == 0 {
		healthy = []int{200}
	}
	failed, succeeded, open := 0, 0, false
	for _, status := range statuses {
		switch {
		case slices.Contains(unhealthy, status):
			failed, succeeded = failed+1, 0
			open = open || failed%*or(b.Unhealthy.Failures, 3) == 0
		case slices.Contains(healthy, status) && failed > 0:
			if succeeded++; succeeded >= *or(b.Healthy.Successes, 3) {
				failed, succeeded, open = 0, 0, false
			}
		}
	}
	return open
}

func (b *breaker) String() string {
	return strings.Join([]string{
		fmt.Sprintf("unhealthy: %v after %d", b.Unhealthy.HTTPStatuses, *or(b.Unhealthy.Failures, 3)),
		fmt.Sprintf("healthy: %v after %d", b.Healthy.HTTPStatuses, *or(b.Healthy.Successes, 3)),
		fmt.Sprintf("max_breaker_sec: %d", *or(b.MaxBreakerSec, 300)), fmt.Sprintf("break_response_code: %d", b.BreakResponseCode),
	}, "; ")
}

// or is value, or what APISIX takes when there is none.
func or(value *int, byDefault int) *int {
	if value != nil {
		return value
	}
	return &byDefault
}
