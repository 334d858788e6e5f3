package usecase

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// zzContractSlow lets a client take its first message only after 200 intervals, in which the order changes 50 times.
func zzContractSlow(t *testing.T) {
	store, sent := zzContractStoreOf(zzContractAt(1, domain.StatusPending)), &zzContractSent{}
	for version := range int64(50) {
		time.AfterFunc(time.Duration(version+1)*2*zzContractPause, func() { store.set(zzContractAt(version+2, domain.StatusPaid)) })
	}
	time.AfterFunc(300*zzContractPause, func() { store.set(zzContractAt(52, domain.StatusShipped)) })
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	meanwhile := -1
	err := zzContractWatch(store, zzContractPause).Execute(ctx, zzContractCaller(), zzContractOrder, func(o query.Order) error {
		if meanwhile < 0 {
			before := store.count()
			time.Sleep(200 * zzContractPause)
			meanwhile = store.count() - before
		}
		return sent.send(o)
	})
	if meanwhile > 1 {
		zzContractFail(t, zzContractFailure{"slow-reads", "a client does not take a message for 200 intervals", "at most one read of the store in this time", fmt.Sprintf("%d reads", meanwhile),
			"whatever is read for a client that does not take it is kept in memory, or was read for nothing"})
	}
	last := zzContractAt(52, domain.StatusShipped)
	if n := sent.len(); err != nil || n < 3 || n > 4 || !reflect.DeepEqual(sent.orders[n-1], last) || sent.orders[n-2].Version != 51 {
		zzContractFail(t, zzContractFailure{"slow", "a client takes its first message after 50 changes, and the order is shipped later",
			"version 1, then the state at that time (version 51 PAID; one message with a version between them is right too), then version 52 SHIPPED and the end without an error",
			fmt.Sprintf("%s; the error %v", sent, err), "a slow client gets the present, not the past: what it has missed is not kept for it"})
	}
	for i := 1; i < sent.len(); i++ {
		if sent.orders[i].Version <= sent.orders[i-1].Version {
			zzContractFail(t, zzContractFailure{"slow", "the versions that a slow client gets", "each greater than the one before", sent.String(), "an older state after a newer one looks like a change back"})
		}
	}
}

// zzContractTogether uses one use case for several watches: two of one order, one of another, and one more when they have ended.
func zzContractTogether(t *testing.T) {
	store := zzContractStoreOf(zzContractAt(1, domain.StatusPending))
	second := zzContractAt(4, domain.StatusPaid)
	second.ID = zzContractOther
	store.set(second)
	time.AfterFunc(2*time.Second, func() { store.set(zzContractAt(2, domain.StatusPaid)) })
	time.AfterFunc(4*time.Second, func() { store.set(zzContractAt(3, domain.StatusShipped)) })
	shipped := second
	shipped.Status, shipped.Version = int(domain.StatusShipped), 5
	time.AfterFunc(6*time.Second, func() { store.set(shipped) })
	watch := zzContractWatch(store, zzContractPause)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	watches := []struct {
		id     string
		caller dto.Caller
		sent   zzContractSent
		err    error
		want   string
	}{
		{id: zzContractOrder, caller: zzContractCaller(), want: "version 1 PENDING, version 2 PAID, version 3 SHIPPED"},
		{id: zzContractOther, caller: zzContractCaller(), want: "version 4 PAID, version 5 SHIPPED"},
		{id: zzContractOrder, caller: dto.Caller{UserID: "an admin", Admin: true}, want: "version 1 PENDING, version 2 PAID, version 3 SHIPPED"},
		{id: zzContractOrder, caller: zzContractCaller(), want: "version 3 SHIPPED"}, // begins after the others
	}
	var all sync.WaitGroup
	for i := range watches {
		w := &watches[i]
		all.Go(func() {
			if i == 3 {
				time.Sleep(time.Minute)
			}
			w.err = watch.Execute(ctx, w.caller, w.id, w.sent.send)
		})
	}
	all.Wait()
	for i := range watches {
		w := &watches[i]
		if w.err != nil || w.sent.String() != w.want {
			zzContractFail(t, zzContractFailure{"together", fmt.Sprintf("watch %d of four with one use case: two of one order, one of another, one after they have ended", i+1),
				w.want + ", and the end without an error", fmt.Sprintf("%s; the error %v", &w.sent, w.err), "each watch has its own place: one use case serves all clients"})
		}
	}
}
