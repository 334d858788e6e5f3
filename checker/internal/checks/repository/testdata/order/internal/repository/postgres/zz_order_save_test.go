package postgres

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/domain"
	"shop/platform/postgres"
)

func TestZZOrderSave(t *testing.T) {
	s := zzoNew(t)
	zzoChanges(s)
	zzoStale(s)
	zzoInTransaction(s)
	zzoMissing(s)
	zzoWhole(s)
	zzoBatch(s)
}

// zzoChanges stores an order, and what changes of it.
func zzoChanges(s *zzoShop) {
	s.t.Helper()
	order := s.newOrder()
	s.must("ordinary", "the ordinary case does not work yet: Save of a new order", func(ctx context.Context) error { return s.orders.Save(ctx, order) })
	if events := len(order.Events()); events != 1 {
		zzoFail(s.t, "order-changed", "Save changes the order that it stores", "its event is still there", fmt.Sprintf("%d events", events),
			"the events are published after Save, and a rerun saves them again; only the caller knows when they are committed")
	}
	order.ClearEvents()
	if loaded := s.load(order.ID()); !reflect.DeepEqual(loaded, order) {
		zzoFail(s.t, "ordinary", "an order does not come back as it was stored", fmt.Sprintf("%+v", order), fmt.Sprintf("%+v", loaded), "nothing else works before this does")
	}

	later := zzoNoon.Add(time.Minute)
	confirmed := s.newOrder()
	s.usable(confirmed.Confirm(later))
	s.must("several-changes", "Save of a new order that is confirmed already", func(ctx context.Context) error { return s.orders.Save(ctx, confirmed) })
	s.stored("several-changes", "a new order that was confirmed before it was saved", confirmed.ID(), domain.StatusConfirmed, 2, "an order is new as long as all of its versions are events that are not stored")

	loaded := s.load(order.ID())
	s.usable(loaded.Confirm(later))
	s.must("update", "Save of an order that was loaded and confirmed", func(ctx context.Context) error { return s.orders.Save(ctx, loaded) })
	s.stored("update", "an order that was confirmed and saved", order.ID(), domain.StatusConfirmed, 2, "the change is lost")

	loaded = s.load(order.ID())
	s.usable(loaded.MarkPaid(later))
	s.usable(loaded.Cancel(domain.CancelOutOfStock, "no tea", later.Add(time.Minute)))
	s.must("several-changes", "Save of an order with two changes since it was loaded", func(ctx context.Context) error { return s.orders.Save(ctx, loaded) })
	s.stored("several-changes", "an order with two changes since it was loaded", order.ID(), domain.StatusCancelled, 4,
		"each change is an event and raises the version: the row has the version from before the first of them")
	loaded.ClearEvents()
	if again := s.load(order.ID()); !reflect.DeepEqual(again, loaded) {
		zzoFail(s.t, "update", "a changed order does not come back as it was stored", fmt.Sprintf("%+v", loaded), fmt.Sprintf("%+v", again), "a change is stored in part")
	}

	_, _, writer := s.row(order.ID())
	s.must("unchanged", "Save of an order without a change", func(ctx context.Context) error { return s.orders.Save(ctx, loaded) })
	if _, _, after := s.row(order.ID()); after != writer {
		zzoFail(s.t, "unchanged", "Save of an order without a change writes its row", "the row is left alone", "it has a new row version",
			"a write of nothing makes a conflict for those who change something")
	}
}

// zzoStale has two who loaded the same version.
func zzoStale(s *zzoShop) {
	s.t.Helper()
	for _, changes := range []int{1, 2} {
		id := s.create()
		first, second := s.load(id), s.load(id)
		for _, order := range []*domain.Order{first, second} {
			s.usable(order.Confirm(zzoNoon))
			if changes == 2 {
				s.usable(order.MarkPaid(zzoNoon))
			}
		}
		status, version := first.Status(), first.Version()
		s.must("update", "Save of an order that was loaded and changed", func(ctx context.Context) error { return s.orders.Save(ctx, first) })
		s.usable(second.Cancel(domain.CancelOutOfStock, "no tea", zzoNoon))
		err := s.call("Save", func(ctx context.Context) error { return s.orders.Save(ctx, second) })
		const what, why = "two load an order, both change it, and the second one saves", "the first one was told that its change is stored"
		s.stored("lost-update", what, id, status, version, why)
		zzoIs(s.t, "stale", what, err, postgres.ErrStale, domain.ErrOrderNotFound, "WithTx runs the whole transaction again after ErrStale, and after nothing else")
	}

	order := s.newOrder()
	s.must("ordinary", "Save of a new order", func(ctx context.Context) error { return s.orders.Save(ctx, order) })
	_, _, writer := s.row(order.ID())
	err := s.call("Save", func(ctx context.Context) error { return s.orders.Save(ctx, order) })
	if _, _, after := s.row(order.ID()); err == nil || errors.Is(err, postgres.ErrStale) || errors.Is(err, domain.ErrOrderNotFound) || after != writer {
		zzoFail(s.t, "created-twice", "Save of a new order whose id exists already", "the error of the database (23505), and no change", fmt.Sprintf("%v", err),
			"it is neither stale nor missing, and a rerun would end in the same way")
	}
}

// zzoIs requires one error and not the other.
func zzoIs(t *testing.T, failure, what string, err, want, not error, why string) {
	t.Helper()
	if !errors.Is(err, want) || errors.Is(err, not) {
		zzoFail(t, failure, what, fmt.Sprintf("an error with %q in its chain, and without %q", want, not), fmt.Sprintf("%v", err), why)
	}
}

// zzoMissing saves orders whose row is gone.
func zzoMissing(s *zzoShop) {
	s.t.Helper()
	const why = "a missing row is no conflict: the transaction would run four times, and the client would be told to repeat for ever"
	id := s.create()
	order := s.load(id)
	s.usable(order.Confirm(zzoNoon))
	s.exec(`DELETE FROM order_items WHERE order_id = $1`, id)
	s.exec(`DELETE FROM orders WHERE id = $1`, id)
	err := s.call("Save", func(ctx context.Context) error { return s.orders.Save(ctx, order) })
	zzoIs(s.t, "missing", "Save of an order whose row is gone", err, domain.ErrOrderNotFound, postgres.ErrStale, why)
	if _, _, writer := s.row(id); writer != "" {
		zzoFail(s.t, "missing", "Save of an order whose row is gone stores it again", "no order", "an order", "who deleted it had a reason")
	}

	id = s.create()
	runs := 0
	err = s.call("WithTx", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			runs++
			order, err := s.orders.Get(ctx, id)
			if err != nil {
				return fmt.Errorf("load: %w", err)
			}
			s.usable(order.Confirm(zzoNoon))
			tx := postgres.GetDBTX(ctx, s.pool)
			if _, err := tx.Exec(ctx, `DELETE FROM order_items WHERE order_id = $1`, id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `DELETE FROM orders WHERE id = $1`, id); err != nil {
				return err
			}
			return s.orders.Save(ctx, order)
		})
	})
	zzoIs(s.t, "missing-elsewhere", "Save of an order that the same transaction has deleted", err, domain.ErrOrderNotFound, postgres.ErrStale,
		"whether the row exists must be asked in the transaction that looked for it; another connection sees another state")
	if runs != 1 {
		zzoFail(s.t, "missing-elsewhere", "Save of an order that the same transaction has deleted", "one run of the transaction", fmt.Sprintf("%d runs", runs), why)
	}
}

// zzoWhole lets the items of an order fail.
func zzoWhole(s *zzoShop) {
	s.t.Helper()
	s.exec(`CREATE FUNCTION zz_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$`)
	s.exec(`CREATE TRIGGER zz_poison BEFORE INSERT ON order_items FOR EACH ROW WHEN (NEW.sku = 'poison') EXECUTE FUNCTION zz_poison()`)
	order := s.newOrder("tea", "poison", "cup")
	err := s.call("Save", func(ctx context.Context) error { return s.orders.Save(ctx, order) })
	if _, _, writer := s.row(order.ID()); err == nil || writer != "" {
		zzoFail(s.t, "half-order", "Save of a new order, without a transaction of the caller, whose items cannot be stored", "an error, and nothing is stored",
			fmt.Sprintf("the error %v; the order is stored: %t", err, writer != ""), "an order without items cannot be shown, paid or cancelled")
	}
}

// zzoInTransaction saves in the transaction of the caller.
func zzoInTransaction(s *zzoShop) {
	s.t.Helper()
	refused := errors.New("refused")
	order := s.newOrder()
	err := s.call("WithTx", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			if err := s.orders.Save(ctx, order); err != nil {
				return err
			}
			return refused
		})
	})
	if _, _, writer := s.row(order.ID()); !errors.Is(err, refused) || writer != "" {
		zzoFail(s.t, "own-transaction", "Save in a transaction that is rolled back", "nothing is stored", fmt.Sprintf("the error %v; the order is stored: %t", err, writer != ""),
			"the order and what else its caller writes are one piece of work")
	}
	order = s.newOrder()
	s.must("own-transaction", "a new order that is saved, changed and saved again in one transaction", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			next := order.Clone()
			if err := s.orders.Save(ctx, next); err != nil {
				return err
			}
			loaded, err := s.orders.Get(ctx, next.ID())
			if err != nil {
				return err
			}
			s.usable(loaded.Confirm(zzoNoon))
			return s.orders.Save(ctx, loaded)
		})
	})
	s.stored("own-transaction", "a new order that is saved, changed and saved again in one transaction", order.ID(), domain.StatusConfirmed, 2, "both changes are committed")
}

// zzoBatch uses queueOrder as the repository of the sagas does.
func zzoBatch(s *zzoShop) {
	s.t.Helper()
	send := func(orders ...*domain.Order) error {
		return s.call("a batch", func(ctx context.Context) error {
			batch := &pgx.Batch{}
			batch.Queue(`SELECT 1`)
			for _, order := range orders {
				queueOrder(batch, order)
			}
			return postgres.GetDBTX(ctx, s.pool).SendBatch(ctx, batch).Close()
		})
	}
	const why = "SagaRepository stores an order together with its saga, by queueOrder"
	created := s.newOrder()
	if err := send(created); err != nil {
		zzoFail(s.t, "queue", "queueOrder with a new order, in a batch with other statements", "no error", err.Error(), why)
	}
	s.stored("queue", "queueOrder with a new order, in a batch with other statements", created.ID(), domain.StatusPending, 1, why)
	first, second := s.load(created.ID()), s.load(created.ID())
	s.usable(first.Confirm(zzoNoon))
	s.usable(second.Cancel(domain.CancelOutOfStock, "no tea", zzoNoon))
	if err := send(first); err != nil {
		zzoFail(s.t, "queue", "queueOrder with a changed order, in a batch with other statements", "no error", err.Error(), why)
	}
	if err := send(second); !errors.Is(err, postgres.ErrStale) {
		zzoFail(s.t, "queue", "queueOrder with a stale order: the batch is sent and closed", "ErrStale in the chain of the error of the batch", fmt.Sprint(err), why)
	}
	s.stored("queue", "queueOrder with a stale order", created.ID(), domain.StatusConfirmed, 2, why)
}
