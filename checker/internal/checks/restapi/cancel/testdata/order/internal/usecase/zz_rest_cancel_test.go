package usecase_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/logging"
)

func TestZZRestCancel(t *testing.T) {
	zzRestMixed(t)
	zzRestCancelSizes(t)
	zzRestSameKey(t)
	synctest.Test(t, zzRestTwice)
	synctest.Test(t, zzRestPanics)
	synctest.Test(t, zzRestAtOnce)
	synctest.Test(t, zzRestOutOfTime)
}

// zzRestMixed has items of every kind.
func zzRestMixed(t *testing.T) {
	t.Helper()
	c := zzRestNewCanceller(t, 3)
	foreign, unknown, shipped, running, broken := zzRestID(101), zzRestID(999), zzRestID(102), zzRestID(103), zzRestID(104)
	c.orders.put(foreign, zzRestOther, domain.StatusCancelled)
	c.orders.put(shipped, zzRestBuyer, domain.StatusShipped)
	c.orders.put(running, zzRestBuyer, domain.StatusPending)
	c.orders.load = func(_ context.Context, id string) error {
		if id == broken {
			return errors.New("password hunter2 refused")
		}
		return nil
	}
	upper := strings.ToUpper(zzRestID(0x2b))
	want := []zzRestWanted{
		{zzRestID(7), ""}, {"17", "INVALID_INPUT INVALID_ORDER_ID"}, {shipped, "PRECONDITION_FAILED NOT_CANCELLABLE"}, {zzRestID(3), ""}, {foreign, "NOT_FOUND ORDER_NOT_FOUND"},
		{upper, ""}, {"", "INVALID_INPUT INVALID_ORDER_ID"}, {zzRestID(7), ""}, {unknown, "NOT_FOUND ORDER_NOT_FOUND"}, {running, "PRECONDITION_FAILED PURCHASE_RUNNING"},
		{broken, "INTERNAL INTERNAL"}, {zzRestID(0x2b), ""}, {"17", "INVALID_INPUT INVALID_ORDER_ID"}, {zzRestID(1), ""},
	}
	var log bytes.Buffer
	ctx := logging.Into(t.Context(), logging.NewTo(&log, logging.Config{Env: "test", Level: "debug"}, "order"))
	given := zzRestIDs(want)
	results, err := c.execute(ctx, zzRestBatchOf("k1", given...))
	zzRestCompare(t, "BatchCancelOrders", results, err, want)
	if !slices.Equal(given, zzRestIDs(want)) {
		zzRestFail(t, zzRestFailure{"input", "the ids after Execute", fmt.Sprintf("%q", zzRestIDs(want)), fmt.Sprintf("%q", given), "they belong to the caller"})
	}
	if text := log.String(); strings.Count(text, "hunter2") != 1 {
		zzRestFail(t, zzRestFailure{"log", "an order of which the database fails", "one line of the log with the cause", fmt.Sprintf("%d lines: %s", strings.Count(text, "hunter2"), text), "the batch succeeds, so that no layer above it sees this error"})
	}
	if message := results[10].Err.Message; strings.Contains(message, "hunter2") {
		zzRestFail(t, zzRestFailure{"log", "an order of which the database fails", "a message without the cause", message, "the message goes to the client"})
	}
	results, err = c.execute(ctx, dto.BatchCancel{Caller: dto.Caller{UserID: "boss", Admin: true}, IDs: []string{foreign, zzRestID(1)}, IdempotencyKey: "k1"})
	zzRestCompare(t, "BatchCancelOrders of an admin", results, err, []zzRestWanted{{foreign, ""}, {zzRestID(1), ""}})
}

func zzRestCancelSizes(t *testing.T) {
	t.Helper()
	c := zzRestNewCanceller(t, 4)
	many := func(n int) (want []zzRestWanted) {
		for i := range n {
			want = append(want, zzRestWanted{id: zzRestID(n - i)})
		}
		return want
	}
	for _, n := range []int{1, 50} {
		results, err := c.execute(t.Context(), zzRestBatchOf("size", zzRestIDs(many(n))...))
		zzRestCompare(t, fmt.Sprintf("BatchCancelOrders with %d ids", n), results, err, many(n))
	}
	before := len(c.orders.loaded())
	for _, ids := range [][]string{nil, {}, zzRestIDs(many(51)), slices.Repeat([]string{zzRestID(1)}, 51)} {
		results, err := c.execute(t.Context(), zzRestBatchOf("size2", ids...))
		zzRestTooMany(t, "BatchCancelOrders", ids, results, err)
	}
	for _, key := range []string{"", strings.Repeat("k", 129), "k\n"} {
		results, err := c.execute(t.Context(), zzRestBatchOf(key, zzRestID(1)))
		if errs.CodeOf(err) != errs.InvalidInput || results != nil {
			zzRestFail(t, zzRestFailure{"key", fmt.Sprintf("a batch with the key %q", key), "InvalidInput, and no results", fmt.Sprintf("%d results, error %v", len(results), err), "a batch without a valid key cannot be repeated"})
		}
	}
	if after := len(c.orders.loaded()); after != before {
		zzRestFail(t, zzRestFailure{"size", "batches that are refused", "no order is touched", fmt.Sprintf("%d were", after-before), "a batch is refused before its first item"})
	}
}

// zzRestSameKey repeats a batch, and parts of it.
func zzRestSameKey(t *testing.T) {
	t.Helper()
	const why = "a client that got no answer repeats the batch, perhaps with the unfinished orders alone: what was answered must stay so, and be done once"
	c := zzRestNewCanceller(t, 2)
	waiting := zzRestID(200)
	c.orders.put(waiting, zzRestBuyer, domain.StatusPending)
	key := strings.Repeat("k", 128)
	want := []zzRestWanted{{zzRestID(1), ""}, {waiting, "PRECONDITION_FAILED PURCHASE_RUNNING"}, {zzRestID(2), ""}}
	results, err := c.execute(t.Context(), zzRestBatchOf(key, zzRestIDs(want)...))
	zzRestCompare(t, "BatchCancelOrders with a key of 128 characters", results, err, want)
	c.orders.put(waiting, zzRestBuyer, domain.StatusCancelled)
	for _, again := range [][]zzRestWanted{want, {want[1]}, {want[2], {strings.ToUpper(waiting), want[1].refusal}}} {
		results, err = c.execute(t.Context(), zzRestBatchOf(key, zzRestIDs(again)...))
		if err != nil || len(results) != len(again) {
			zzRestFail(t, zzRestFailure{"repeated", "a repetition with the same key", "a result for each id", fmt.Sprintf("%d results, error %v", len(results), err), why})
		}
		for i, w := range again {
			if got := zzRestRefusal(results[i]); got != w.refusal {
				zzRestFail(t, zzRestFailure{"repeated", fmt.Sprintf("a repetition of %s with the same key", w.id), fmt.Sprintf("the first answer: %q", w.refusal), fmt.Sprintf("%q", got), why})
			}
		}
	}
	if loads := c.orders.loaded(); len(loads) != 3 {
		zzRestFail(t, zzRestFailure{"repeated", "three repetitions with the same key", "three orders are loaded, by the first batch", fmt.Sprintf("%q", loads), why})
	}
	results, err = c.execute(t.Context(), zzRestBatchOf("another key", waiting))
	zzRestCompare(t, "BatchCancelOrders with another key", results, err, []zzRestWanted{{waiting, ""}})
}

// zzRestTwice names orders twice, so that both would be worked on at the same time.
func zzRestTwice(t *testing.T) {
	const why = "two cancellations of one order at the same time are in each other's way: one of them may be refused"
	for _, again := range []string{zzRestID(0x2b), strings.ToUpper(zzRestID(0x2b))} {
		c := zzRestNewCanceller(t, 4)
		c.orders.load = func(context.Context, string) error {
			time.Sleep(time.Second) // of the bubble's clock
			return nil
		}
		want := []zzRestWanted{{zzRestID(0x2b), ""}, {again, ""}, {zzRestID(1), ""}, {again, ""}}
		results, err := c.execute(t.Context(), zzRestBatchOf("k1", zzRestIDs(want)...))
		zzRestCompare(t, "BatchCancelOrders", results, err, want)
		if loads := c.orders.loaded(); len(loads) != 2 {
			zzRestFail(t, zzRestFailure{"twice", fmt.Sprintf("a batch with the ids %q", zzRestIDs(want)), "each order is cancelled once", fmt.Sprintf("loaded: %q", loads), why})
		}
	}
}

// zzRestPanics lets the cancellation of one order panic.
func zzRestPanics(t *testing.T) {
	c := zzRestNewCanceller(t, 2)
	poison := zzRestID(5)
	c.orders.load = func(_ context.Context, id string) error {
		if id == poison {
			panic("nil map hunter2")
		}
		return nil
	}
	var log bytes.Buffer
	ctx := logging.Into(t.Context(), logging.NewTo(&log, logging.Config{Env: "test", Level: "debug"}, "order"))
	want := []zzRestWanted{{zzRestID(4), ""}, {poison, "INTERNAL INTERNAL"}, {zzRestID(6), ""}, {strings.ToUpper(poison), "INTERNAL INTERNAL"}, {zzRestID(8), ""}}
	results, err := c.execute(ctx, zzRestBatchOf("k1", zzRestIDs(want)...))
	zzRestCompare(t, "a panic in one cancellation, BatchCancelOrders", results, err, want)
	if strings.Contains(results[1].Err.Message, "hunter2") || !strings.Contains(log.String(), "hunter2") {
		zzRestFail(t, zzRestFailure{"log", "a panic in one cancellation", "its text in the log, and not in the message", "message: " + results[1].Err.Message + ", log: " + log.String(), "no interceptor sees it: without a line in the log it never happened"})
	}
}

// zzRestAtOnce counts how many orders are worked on at the same time.
func zzRestAtOnce(t *testing.T) {
	const concurrency = 3
	c := zzRestNewCanceller(t, concurrency)
	c.orders.load = func(ctx context.Context, _ string) error {
		time.Sleep(time.Second) // of the bubble's clock: all workers are busy at the same time
		return ctx.Err()
	}
	var ids []string
	for n := range 12 {
		ids = append(ids, zzRestID(n))
	}
	began := time.Now()
	_, err := c.execute(t.Context(), zzRestBatchOf("k1", ids...))
	if took := time.Since(began); err != nil || c.orders.most != concurrency {
		zzRestFail(t, zzRestFailure{"at-once", "a batch of 12 orders, Concurrency is 3, each order takes a second", "3 at the same time, 4 s", fmt.Sprintf("%d at the same time, %s, error %v", c.orders.most, took, err), "one at a time is slow; all at a time let one request take all connections to the database"})
	}
}

// zzRestOutOfTime has time for one order. Which one is for the use case to decide.
func zzRestOutOfTime(t *testing.T) {
	const (
		what = "a batch in which one order at a time is cancelled, and the second one takes 1.8 s, the deadline is in 2 s and the margin 0.3 s"
		why  = "without an answer the client does not know which orders are cancelled; it can repeat those that are in progress"
	)
	c := zzRestNewCanceller(t, 1)
	c.orders.load = func(context.Context, string) error {
		if len(c.orders.loaded()) == 1 {
			return nil
		}
		time.Sleep(1800 * time.Millisecond) // of the bubble's clock: the time of the batch is over after 1.7 s
		return errors.New("the connection is closed")
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	ids := []string{zzRestID(1), zzRestID(2), zzRestID(3), "17", zzRestID(1), zzRestID(2)}
	results, err := c.execute(ctx, zzRestBatchOf("k1", ids...))
	if ctx.Err() != nil {
		zzRestFail(t, zzRestFailure{"time", what, "results before the deadline", fmt.Sprintf("%d results after it, error %v", len(results), err), why})
	}
	if err != nil || len(results) != len(ids) {
		zzRestFail(t, zzRestFailure{"time", what, "a result for each id", fmt.Sprintf("%d results, error %v", len(results), err), why})
	}
	var open []zzRestWanted
	for i, id := range ids {
		want := "ABORTED IN_PROGRESS"
		switch {
		case id == "17":
			want = "INVALID_INPUT INVALID_ORDER_ID"
		case id == c.orders.loaded()[0]:
			want = ""
		default:
			open = append(open, zzRestWanted{id: id})
		}
		if got := zzRestRefusal(results[i]); got != want {
			zzRestFail(t, zzRestFailure{"time", what, fmt.Sprintf("result %d, of %s, is %q", i, id, want), fmt.Sprintf("%q", got), why})
		}
	}
	c.orders.load = nil
	results, err = c.execute(t.Context(), zzRestBatchOf("k1", zzRestIDs(open)...))
	zzRestCompare(t, "the repetition for the orders in progress, BatchCancelOrders", results, err, open)
}
