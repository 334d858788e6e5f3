package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"shop/order/internal/domain"
	"shop/platform/errs"
	"shop/platform/postgres"
)

const zzoWriters = 50

func TestZZOrderWriters(t *testing.T) {
	s := zzoNew(t)
	zzoCounter(s)
	zzoOneConfirms(s)
	zzoConfirmAndCancel(s)
}

// zzoTogether starts all writers at once. Each repeats its transaction when the answer is Aborted, as a client does. It returns their errors.
func (s *zzoShop) together(what string, write func(ctx context.Context, writer int) error) []error {
	s.t.Helper()
	results := make([]error, zzoWriters)
	_ = s.call(what, func(ctx context.Context) error {
		var all sync.WaitGroup
		start := make(chan struct{})
		for writer := range zzoWriters {
			all.Go(func() {
				<-start
				for {
					results[writer] = s.tx.WithTx(ctx, func(ctx context.Context) error { return write(ctx, writer) })
					if errs.CodeOf(results[writer]) != errs.Aborted || ctx.Err() != nil {
						return
					}
				}
			})
		}
		close(start)
		all.Wait()
		return nil
	})
	return results
}

// zzoCounter has a row with a version that all want to change.
func zzoCounter(s *zzoShop) {
	s.t.Helper()
	s.exec(`CREATE TABLE zz_counter (n bigint NOT NULL, version bigint NOT NULL)`)
	s.exec(`INSERT INTO zz_counter VALUES (0, 1)`)
	const what = "50 writers each load a row with a version, add 1 and store it where the version is still the same; a writer whose answer is Aborted repeats"
	for _, err := range s.together(what, func(ctx context.Context, _ int) error {
		tx := postgres.GetDBTX(ctx, s.pool)
		var n, version int64
		if err := tx.QueryRow(ctx, `SELECT n, version FROM zz_counter`).Scan(&n, &version); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE zz_counter SET n = $1, version = version + 1 WHERE version = $2`, n+1, version)
		if err == nil && tag.RowsAffected() == 0 {
			err = fmt.Errorf("save: %w", postgres.ErrStale)
		}
		return err
	}) {
		if err != nil {
			zzoFail(s.t, "surprise", what, "each of them succeeds in the end", fmt.Sprintf("the error %q (code %s)", err, errs.CodeOf(err)),
				"a conflict is either over after a rerun, or Aborted: nothing else reaches the client")
		}
	}
	var n int64
	if err := s.observe.QueryRow(context.Background(), `SELECT n FROM zz_counter`).Scan(&n); err != nil {
		s.t.Skipf("read the counter: %v", err)
	}
	if n != zzoWriters {
		zzoFail(s.t, "lost-update", what, "50", fmt.Sprint(n), "each of them was told that its change is stored")
	}
}

// confirm and cancel are use cases: load, change, save.
func (s *zzoShop) confirm(ctx context.Context, id string) error {
	order, err := s.orders.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := order.Confirm(zzoNoon); err != nil {
		return err
	}
	return s.orders.Save(ctx, order)
}

func (s *zzoShop) cancel(ctx context.Context, id string) error {
	order, err := s.orders.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := order.Cancel(domain.CancelOutOfStock, "no tea", zzoNoon); err != nil {
		return err
	}
	return s.orders.Save(ctx, order)
}

func zzoOneConfirms(s *zzoShop) {
	s.t.Helper()
	const what = "50 callers confirm one order, each in a transaction: load, Confirm, Save"
	id := s.create()
	confirmed := 0
	for _, err := range s.together(what, func(ctx context.Context, _ int) error { return s.confirm(ctx, id) }) {
		switch {
		case err == nil:
			confirmed++
		case !errors.Is(err, domain.ErrInvalidTransition):
			zzoFail(s.t, "surprise", what, "one succeeds; the others load again, find it confirmed and get ErrInvalidTransition", fmt.Sprintf("the error %q (code %s)", err, errs.CodeOf(err)),
				"a stale order is loaded and decided on again; what the second decision says is the answer")
		}
	}
	if confirmed != 1 {
		zzoFail(s.t, "lost-update", what, "one of them succeeds", fmt.Sprintf("%d of them succeed", confirmed), "each success announces an event and takes money")
	}
	s.stored("lost-update", what, id, domain.StatusConfirmed, 2, "each success announces an event and takes money")
}

// zzoConfirmAndCancel has ten orders with five writers each.
func zzoConfirmAndCancel(s *zzoShop) {
	s.t.Helper()
	const what, orders = "ten orders, each confirmed by three callers and cancelled by two at once", 10
	ids := make([]string, orders)
	for i := range ids {
		ids[i] = s.create()
	}
	changes := make([]int64, orders)
	for writer, err := range s.together(what, func(ctx context.Context, writer int) error {
		if writer/orders < 3 {
			return s.confirm(ctx, ids[writer%orders])
		}
		return s.cancel(ctx, ids[writer%orders])
	}) {
		switch {
		case err == nil:
			changes[writer%orders]++
		case !errors.Is(err, domain.ErrInvalidTransition):
			zzoFail(s.t, "surprise", what, "success or ErrInvalidTransition", fmt.Sprintf("the error %q (code %s)", err, errs.CodeOf(err)),
				"a stale order is loaded and decided on again; what the second decision says is the answer")
		}
	}
	for i, id := range ids {
		s.stored("lost-update", fmt.Sprintf("%s; %d of the five callers of one order succeeded", what, changes[i]), id, domain.StatusCancelled, 1+changes[i],
			"each success is one version, and an order that is cancelled stays cancelled")
	}
}
