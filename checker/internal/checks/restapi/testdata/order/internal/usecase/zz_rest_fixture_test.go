package usecase_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

const (
	zzRestBuyer = "11111111-1111-4111-8111-111111111111"
	zzRestOther = "99999999-9999-4999-8999-999999999999"
)

func zzRestID(n int) string { return fmt.Sprintf("22222222-2222-4222-8222-%012x", n) }

type zzRestFailure struct{ id, what, expected, seen, why string }

func zzRestFail(t *testing.T, f zzRestFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what + ": the result is wrong", "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzRestCrash is deferred around the learner's code.
func zzRestCrash(t *testing.T, what string) {
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
		if strings.Contains(frame.File, "/order/internal/") && !strings.HasSuffix(frame.File, "_test.go") {
			fmt.Printf("\n\t%s:%d\n", frame.File, frame.Line)
			break
		}
	}
	zzRestFail(t, zzRestFailure{"crash", what, "it returns", fmt.Sprintf("panic: %v", p), "what clients send ends up here: one item would fail all others"})
}

// zzRestWanted is the result of one item: its order, or a refusal.
type zzRestWanted struct{ id, refusal string }

func zzRestIDs(want []zzRestWanted) (ids []string) {
	for _, w := range want {
		ids = append(ids, w.id)
	}
	return ids
}

func zzRestRefusal(result dto.OrderResult) string {
	if result.Err == nil {
		return ""
	}
	return result.Err.Code.String() + " " + result.Err.Reason
}

// zzRestCompare demands one result for each item, in its place.
func zzRestCompare(t *testing.T, what string, results []dto.OrderResult, err error, want []zzRestWanted) {
	t.Helper()
	ids := zzRestIDs(want)
	if len(ids) > 12 {
		ids = append(ids[:12:12], "…")
	}
	what = fmt.Sprintf("%s with %q", what, ids)
	if err != nil {
		zzRestFail(t, zzRestFailure{"partial", what, "a result for each id", "the error " + err.Error(), "a fault of one item must not stop the others"})
	}
	if len(results) != len(want) {
		zzRestFail(t, zzRestFailure{"order", what, fmt.Sprintf("%d results", len(want)), fmt.Sprintf("%d results", len(results)), "the client finds the result of an id by its place"})
	}
	for i, w := range want {
		if results[i].ID != w.id {
			zzRestFail(t, zzRestFailure{"order", what, fmt.Sprintf("result %d has the id %q, as it was asked for", i, w.id), fmt.Sprintf("%q", results[i].ID), "the client finds the result of an id by its place, and knows the id as it has written it"})
		}
		seen, expected := zzRestRefusal(results[i]), w.refusal
		if seen == expected && (seen != "" || strings.EqualFold(results[i].Order.ID, w.id)) {
			continue
		}
		if expected == "" {
			expected = "the order"
		}
		if seen == "" {
			seen = "order " + results[i].Order.ID
		}
		zzRestFail(t, zzRestFailure{"result", what, fmt.Sprintf("result %d, of %q, is %s", i, w.id, expected), seen, "each item has the result that a request for it alone would have got"})
	}
}

// zzRestTooMany demands that the whole batch is refused for its size.
func zzRestTooMany(t *testing.T, what string, ids []string, results []dto.OrderResult, err error) {
	t.Helper()
	if errs.CodeOf(err) != errs.InvalidInput || errs.From(err).Reason != "INVALID_BATCH_SIZE" || results != nil {
		zzRestFail(t, zzRestFailure{"size", fmt.Sprintf("%s with %d ids", what, len(ids)), "InvalidInput with the reason INVALID_BATCH_SIZE, and no results", fmt.Sprintf("%d results, error %v", len(results), err), "other clients of gRPC come past the gateway: the service has the bound itself"})
	}
}
