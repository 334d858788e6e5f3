package usecase

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// TestZZContractWatch judges what a watch sends, and how it ends.
func TestZZContractWatch(t *testing.T) {
	zzContractLeaves(t)
	zzContractBeside(t)
	for _, judge := range []func(*testing.T){
		zzContractFinal, zzContractPaused, zzContractChanges, zzContractJump, zzContractUnknownStatus, zzContractReadFails, zzContractRefused, zzContractSendFails,
		zzContractCancelled, zzContractDeadline, zzContractReadHangs, zzContractSlow, zzContractTogether,
	} {
		synctest.Test(t, judge)
		if t.Failed() {
			t.FailNow()
		}
	}
}

// zzContractLeaves judges a watch whose client leaves, in real time, because synctest does not survive a goroutine that is left behind.
func zzContractLeaves(t *testing.T) {
	zzContractWaits(t)
	for _, end := range []string{"client cancels", "order becomes final", "send fails", "store fails"} {
		before, _ := zzContractGoroutines()
		store := zzContractStoreOf(zzContractAt(1, domain.StatusPending))
		ctx, cancel := context.WithCancel(context.Background())
		escape := time.AfterFunc(500*time.Millisecond, func() { store.fail(nil); store.set(zzContractAt(3, domain.StatusShipped)) }) // of a watch that does not notice
		n := 0
		err := zzContractWatch(store, time.Millisecond).Execute(ctx, zzContractCaller(), zzContractOrder, func(o query.Order) error {
			if o.Version > 1 {
				return nil
			}
			n++
			switch end {
			case "client cancels":
				cancel()
			case "order becomes final":
				store.set(zzContractAt(2, domain.StatusShipped))
			case "store fails":
				store.fail(errors.New("connection refused"))
			case "send fails":
				return errors.New("the client is gone")
			}
			return nil
		})
		escape.Stop()
		after := store.count()
		if n == 0 {
			cancel()
			zzContractFail(t, zzContractFailure{"first", "a watch of an order does not send the order as it is", "the order as it is now, at once", fmt.Sprintf("no message, the error %v", err),
				"a client that begins to watch shows the order at once"})
		}
		left, where := zzContractGoroutines()
		for patience := time.After(time.Second); left > before; left, where = zzContractGoroutines() {
			select {
			case <-patience:
				store.end()
				cancel()
				zzContractFail(t, zzContractFailure{"goroutine", "a watch leaves a goroutine behind when its " + end, "Execute returns when all that it has started has ended",
					fmt.Sprintf("%d more goroutines after a second, in %s; reads of the store when Execute returned: %d, now: %d", left-before, where, after, store.count()),
					"each client that leaves would leave one behind, until the process is out of memory"})
			default:
				runtime.Gosched()
			}
		}
		cancel()
	}
}

// zzContractWaits lets a watch wait for an hour, in real time: a loop without a pause would stop the clock of synctest.
func zzContractWaits(t *testing.T) {
	store := zzContractStoreOf(zzContractAt(1, domain.StatusPaid))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	store.reading = func(n int) {
		if n == 10 {
			store.set(zzContractAt(2, domain.StatusShipped))
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = zzContractWatch(store, time.Hour).Execute(ctx, zzContractCaller(), zzContractOrder, func(query.Order) error { return nil })
	}()
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		zzContractFail(t, zzContractFailure{"cancel", "the context of a watch ends after 20ms, ORDER_WATCH_INTERVAL is 1h", "the watch ends at once", "it still runs after 2s", "a client that has left costs nothing from then on"})
	}
	if n := store.count(); n > 2 {
		zzContractFail(t, zzContractFailure{"busy", "a watch of 20ms with ORDER_WATCH_INTERVAL 1h", "one read of the store", fmt.Sprintf("%d reads or more", n), "a thousand clients watch at once, and each read is a query"})
	}
}

// zzContractBeside opens a second watch while a first one waits, in real time: a lock that is held would stop the clock of synctest.
func zzContractBeside(t *testing.T) {
	watch := zzContractWatch(zzContractStoreOf(zzContractAt(1, domain.StatusPaid)), time.Hour)
	ctx, cancel := context.WithCancel(context.Background())
	ended, shown := make(chan struct{}, 2), make(chan struct{}, 2)
	for i := range 2 {
		go func() {
			_ = watch.Execute(ctx, zzContractCaller(), zzContractOrder, func(query.Order) error { shown <- struct{}{}; return nil })
			ended <- struct{}{}
		}()
		select {
		case <-shown:
		case <-ended: // zzContractFinal says what is wrong then
			ended <- struct{}{}
		case <-time.After(2 * time.Second):
			cancel()
			if i == 0 {
				zzContractFail(t, zzContractFailure{"first", "a watch with ORDER_WATCH_INTERVAL 1h", "the order as it is now, at once", "no message within 2s", "a client that begins to watch shows the order at once"})
			}
			zzContractFail(t, zzContractFailure{"together", fmt.Sprintf("watch %d of two with one use case, which are open at the same time", i+1), "its first message at once", "no message within 2s", "one use case serves all clients at the same time"})
		}
	}
	cancel()
	for range 2 {
		<-ended
	}
}

func zzContractFinal(t *testing.T) {
	for _, status := range []domain.OrderStatus{domain.StatusShipped, domain.StatusCancelled} {
		order := zzContractAt(7, status)
		store, sent := zzContractStoreOf(order), &zzContractSent{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		err := zzContractWatch(store, zzContractPause).Execute(ctx, zzContractCaller(), zzContractOrder, sent.send)
		if err != nil || sent.len() != 1 || time.Since(began) > 0 || !reflect.DeepEqual(sent.orders[0], order) {
			zzContractFail(t, zzContractFailure{"final", "a watch of an order that is " + status.String() + " already", "one message with the order, and the end without an error, at once",
				fmt.Sprintf("%s; after %s the error %v", sent, time.Since(began), err), "nothing can follow a final status: the client waits for the end of the stream"})
		}
	}
}

// zzContractRun changes the order at the given times while it is watched, and returns when the watch has ended, or after an hour.
func zzContractRun(t *testing.T, interval time.Duration, changes map[time.Duration]query.Order) (*zzContractSent, *zzContractStore, error, time.Duration) {
	t.Helper()
	store, sent := zzContractStoreOf(changes[0]), &zzContractSent{}
	for at, order := range changes {
		if at > 0 {
			time.AfterFunc(at, func() { store.set(order) })
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	began := time.Now()
	err := zzContractWatch(store, interval).Execute(ctx, zzContractCaller(), zzContractOrder, sent.send)
	return sent, store, err, time.Since(began)
}

func zzContractChanges(t *testing.T) {
	for _, interval := range []time.Duration{20 * time.Millisecond, zzContractPause, 7 * time.Second} {
		unit := 3*interval + interval/3
		changes := map[time.Duration]query.Order{
			0: zzContractAt(1, domain.StatusPending), unit: zzContractAt(2, domain.StatusConfirmed), 2 * unit: zzContractAt(3, domain.StatusPaid),
			3 * unit: zzContractAt(4, domain.StatusPaid), 40 * unit: zzContractAt(5, domain.StatusShipped),
		}
		sent, store, err, took := zzContractRun(t, interval, changes)
		want := []query.Order{changes[0], changes[unit], changes[2*unit], changes[3*unit], changes[40*unit]}
		if !reflect.DeepEqual(sent.orders, want) {
			zzContractFail(t, zzContractFailure{"changes", fmt.Sprintf("an order is changed four times, ORDER_WATCH_INTERVAL is %s", interval),
				"each version once, in this order: version 1 PENDING, version 2 CONFIRMED, version 3 PAID, version 4 PAID, version 5 SHIPPED", fmt.Sprintf("%s; the error %v", sent, err),
				"a message that is missing hides a change, and one that is sent again looks like another change"})
		}
		if err != nil {
			zzContractFail(t, zzContractFailure{"final", "a watch has sent the final status", "it ends without an error", fmt.Sprintf("after %s the error %v", took, err), "the client of a stream that ends with an error watches again"})
		}
		began := sent.at[0]
		for i, at := range []time.Duration{0, unit, 2 * unit, 3 * unit, 40 * unit} {
			if late := sent.at[i].Sub(began) - at; late > interval {
				zzContractFail(t, zzContractFailure{"late", fmt.Sprintf("version %d with ORDER_WATCH_INTERVAL %s", i+1, interval), "it is sent at most one interval after the change", "after " + late.String(), "the interval is how long a client may see an old state"})
			}
		}
		if most := int(took/interval) + 2; store.count() > most {
			zzContractFail(t, zzContractFailure{"busy", fmt.Sprintf("a watch of %s with ORDER_WATCH_INTERVAL %s", took, interval), fmt.Sprintf("at most %d reads of the store: one at once, and one per interval", most),
				fmt.Sprintf("%d reads", store.count()), "a thousand clients watch at once, and each read is a query"})
		}
	}
}

// zzContractPaused watches an order that does not change.
func zzContractPaused(t *testing.T) {
	store, sent := zzContractStoreOf(zzContractAt(3, domain.StatusPaid)), &zzContractSent{}
	ctx, cancel := context.WithTimeout(t.Context(), 100*zzContractPause)
	defer cancel()
	_ = zzContractWatch(store, zzContractPause).Execute(ctx, zzContractCaller(), zzContractOrder, sent.send)
	if sent.len() != 1 {
		zzContractFail(t, zzContractFailure{"repeated", "a paid order that does not change for 100 intervals", "one message", fmt.Sprintf("%d messages", sent.len()), "a client takes each message for a change"})
	}
	if n := store.count(); n > 102 {
		zzContractFail(t, zzContractFailure{"busy", "a watch of 100 intervals", "at most 102 reads of the store: one at once, and one per interval", fmt.Sprintf("%d reads", n), "a thousand clients watch at once, and each read is a query"})
	}
}

// zzContractJump lets several changes happen between two reads.
func zzContractJump(t *testing.T) {
	changes := map[time.Duration]query.Order{
		0: zzContractAt(1, domain.StatusPending), 600 * time.Millisecond: zzContractAt(2, domain.StatusConfirmed), 700 * time.Millisecond: zzContractAt(3, domain.StatusPaid),
		800 * time.Millisecond: zzContractAt(4, domain.StatusCancelled),
	}
	sent, _, err, _ := zzContractRun(t, zzContractPause, changes)
	if err != nil || sent.len() != 2 || !reflect.DeepEqual(sent.orders[1], changes[800*time.Millisecond]) {
		zzContractFail(t, zzContractFailure{"jump", "three changes between two reads, the last is to CANCELLED", "version 1 PENDING, version 4 CANCELLED, and the end without an error",
			fmt.Sprintf("%s; the error %v", sent, err), "the store keeps the last state only: versions may be left out, the last one never"})
	}
}

// zzContractUnknownStatus gives the order a status that a later version of the service has stored, and none at all.
func zzContractUnknownStatus(t *testing.T) {
	for _, status := range []domain.OrderStatus{6, 0, 99} {
		changes := map[time.Duration]query.Order{0: zzContractAt(1, domain.StatusPaid), time.Second: zzContractAt(2, status), 10 * time.Second: zzContractAt(3, domain.StatusShipped)}
		sent, _, err, _ := zzContractRun(t, zzContractPause, changes)
		want := []query.Order{changes[0], changes[time.Second], changes[10*time.Second]}
		if err != nil || !reflect.DeepEqual(sent.orders, want) {
			zzContractFail(t, zzContractFailure{"unknown-status", fmt.Sprintf("an order gets status %d, which this version does not know, and is shipped later", status),
				"all three messages, the second with the status as it is stored, and the end without an error", fmt.Sprintf("%s; the error %v", sent, err),
				"during a rollout a newer replica stores statuses that this one does not know: none of them is final for it"})
		}
	}
}

func zzContractReadFails(t *testing.T) {
	for _, after := range []time.Duration{0, 1200 * time.Millisecond} {
		down := errors.New("connection refused")
		store, sent := zzContractStoreOf(zzContractAt(1, domain.StatusPending)), &zzContractSent{}
		if after == 0 {
			store.fail(down)
		} else {
			time.AfterFunc(after, func() { store.fail(down) })
			time.AfterFunc(time.Minute, func() { store.fail(nil); store.set(zzContractAt(2, domain.StatusShipped)) })
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		err := zzContractWatch(store, zzContractPause).Execute(ctx, zzContractCaller(), zzContractOrder, sent.send)
		if took := time.Since(began); !errors.Is(err, down) || took > after+zzContractPause {
			zzContractFail(t, zzContractFailure{"read-error", fmt.Sprintf("the store fails after %s", after), "the watch ends with the error of the store (errors.Is)",
				fmt.Sprintf("%s; after %s the error %v", sent, took, err), "a watch that hides the fault looks like an order that does not change"})
		}
		zzContractQuiet(t, store, "the store has failed")
	}
}

// zzContractQuiet waits for ten intervals and fails the check if the store is read in them.
func zzContractQuiet(t *testing.T, store *zzContractStore, what string) {
	t.Helper()
	before := store.count()
	time.Sleep(10 * zzContractPause)
	synctest.Wait()
	if after := store.count(); after > before {
		store.end()
		time.Sleep(10 * zzContractPause)
		zzContractFail(t, zzContractFailure{"goroutine", "the store is still read after " + what + " and Execute has returned", "no read", fmt.Sprintf("%d reads in ten intervals", after-before), "the client is gone, and its queries are not"})
	}
}

func zzContractRefused(t *testing.T) {
	shown := zzContractAt(7, domain.StatusShipped)
	stranger := dto.Caller{UserID: zzContractOther}
	for _, c := range []struct {
		what, id string
		caller   dto.Caller
		code     errs.Code
	}{
		{"an order of another buyer", zzContractOrder, stranger, errs.NotFound},
		{"an order that does not exist", zzContractOther, zzContractCaller(), errs.NotFound},
		{"an order that does not exist, by an admin", zzContractOther, dto.Caller{UserID: zzContractOther, Admin: true}, errs.NotFound},
		{"an id that is no UUID", "7", zzContractCaller(), errs.InvalidInput},
		{"an empty id", "", zzContractCaller(), errs.InvalidInput},
		{"an order of another buyer, by an admin", zzContractOrder, dto.Caller{UserID: zzContractOther, Admin: true}, 0},
		{"an id in capitals", "urn:uuid:" + zzContractOrder, zzContractCaller(), 0},
	} {
		sent := &zzContractSent{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := zzContractWatch(zzContractStoreOf(shown), zzContractPause).Execute(ctx, c.caller, c.id, sent.send)
		seen := errs.Code(0)
		if err != nil {
			seen = errs.CodeOf(err)
		}
		if seen != c.code || (c.code == 0) != (sent.len() == 1) {
			zzContractFail(t, zzContractFailure{"refused", "a watch of " + c.what, fmt.Sprintf("code %d of errs, as GetOrder answers", c.code), fmt.Sprintf("code %d (%v), %s", seen, err, sent),
				"a watch shows what GetOrder shows, to the same callers"})
		}
	}
}

func zzContractSendFails(t *testing.T) {
	for _, failing := range []int{1, 2} {
		gone := errors.New("the client is gone")
		store := zzContractStoreOf(zzContractAt(1, domain.StatusPending))
		time.AfterFunc(time.Second, func() { store.set(zzContractAt(2, domain.StatusPaid)) })
		time.AfterFunc(time.Minute, func() { store.set(zzContractAt(3, domain.StatusShipped)) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		n := 0
		err := zzContractWatch(store, zzContractPause).Execute(ctx, zzContractCaller(), zzContractOrder, func(query.Order) error {
			if n++; n >= failing {
				return gone
			}
			return nil
		})
		if !errors.Is(err, gone) || n != failing {
			zzContractFail(t, zzContractFailure{"send-error", fmt.Sprintf("message %d cannot be sent", failing), "the watch ends with the error of send (errors.Is), and sends no more", fmt.Sprintf("%d messages, the error %v", n, err),
				"the stream is broken: whatever follows is lost"})
		}
		zzContractQuiet(t, store, "a message could not be sent")
	}
}

// zzContractCancelled lets the client leave while nothing changes, and between a message and the next read.
func zzContractCancelled(t *testing.T) {
	for _, after := range []time.Duration{0, 1200 * time.Millisecond} {
		store, sent := zzContractStoreOf(zzContractAt(1, domain.StatusPaid)), &zzContractSent{}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Hour, func() { store.set(zzContractAt(2, domain.StatusShipped)) }) // a watch that does not notice ends all the same
		if after > 0 {
			time.AfterFunc(after, cancel)
		}
		began := time.Now()
		err := zzContractWatch(store, 10*time.Second).Execute(ctx, zzContractCaller(), zzContractOrder, func(o query.Order) error {
			if after == 0 {
				cancel()
			}
			return sent.send(o)
		})
		if took := time.Since(began); took > after || !errors.Is(err, context.Canceled) {
			zzContractFail(t, zzContractFailure{"cancel", fmt.Sprintf("the client cancels after %s, ORDER_WATCH_INTERVAL is 10s", after), "the watch ends at once with context.Canceled (errors.Is)",
				fmt.Sprintf("after %s the error %v", took, err), "a client that has left costs nothing from then on, and success would be a lie in the log"})
		}
		zzContractQuiet(t, store, "the client has cancelled")
		cancel()
	}
}

func zzContractDeadline(t *testing.T) {
	store, sent := zzContractStoreOf(zzContractAt(1, domain.StatusPaid)), &zzContractSent{}
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	time.AfterFunc(2*time.Hour, func() { store.set(zzContractAt(2, domain.StatusShipped)) })
	began := time.Now()
	err := zzContractWatch(store, 10*time.Second).Execute(ctx, zzContractCaller(), zzContractOrder, sent.send)
	if took := time.Since(began); took > 25*time.Second || !errors.Is(err, context.DeadlineExceeded) {
		zzContractFail(t, zzContractFailure{"deadline", "a watch with a deadline of 25s, ORDER_WATCH_INTERVAL is 10s", "it ends at its deadline with context.DeadlineExceeded (errors.Is)", fmt.Sprintf("after %s the error %v", took, err),
			"no watch lasts for ever, and DEADLINE_EXCEEDED tells the client that it may watch again"})
	}
	zzContractQuiet(t, store, "the deadline has passed")
}

// zzContractReadHangs lets a read of the store hang while the client leaves.
func zzContractReadHangs(t *testing.T) {
	store, sent := zzContractStoreOf(zzContractAt(1, domain.StatusPaid)), &zzContractSent{}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	time.AfterFunc(700*time.Millisecond, func() { store.mu.Lock(); store.hang = true; store.mu.Unlock() })
	time.AfterFunc(5*time.Second, cancel)
	began := time.Now()
	err := zzContractWatch(store, zzContractPause).Execute(ctx, zzContractCaller(), zzContractOrder, sent.send)
	if took := time.Since(began); took != 5*time.Second || !errors.Is(err, context.Canceled) {
		zzContractFail(t, zzContractFailure{"read-context", "the client cancels after 5s, while a read of the store hangs", "the read gets the context of the call: the watch ends at once with context.Canceled",
			fmt.Sprintf("after %s the error %v", took, err), "a query that no client waits for holds a connection of the pool"})
	}
}
