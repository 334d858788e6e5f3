package usecase_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"shop/order/internal/domain"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/platform/errs"
	"shop/platform/postgres"
)

func TestZZOutboxSaga(t *testing.T) {
	s := zzsNew(t)
	s.exec(`CREATE TABLE zz_said (n bigint GENERATED ALWAYS AS IDENTITY, about text NOT NULL, what text NOT NULL)`)
	zzsPurchase(s)
	zzsUndone(s)
	zzsOthers(s)
	zzsRolledBack(s)
	zzsRerun(s)
	zzsBroken(s)
}

// zzsOut is all that leaves the engine. What it is told to publish or send is a row in the transaction of ctx; one of its parts can fail.
type zzsOut struct {
	*repository.SagaRepository
	s     *zzsShop
	fail  string
	begun int
	ended int
}

func (o *zzsOut) say(ctx context.Context, about, what string) error {
	if o.fail == what {
		return errZZS
	}
	_, err := postgres.GetDBTX(ctx, o.s.pool).Exec(ctx, `INSERT INTO zz_said (about, what) VALUES ($1, $2)`, about, what)
	return err
}

func (o *zzsOut) Publish(ctx context.Context, events ...domain.Event) error {
	for _, event := range events {
		if err := o.say(ctx, event.Meta().ID, event.EventType()); err != nil {
			return err
		}
	}
	return nil
}

func (o *zzsOut) Create(ctx context.Context, s *saga.Saga) error {
	if o.fail == "the rows" {
		return errZZS
	}
	return o.SagaRepository.Create(ctx, s)
}

func (o *zzsOut) Save(ctx context.Context, s *saga.Saga) error {
	if o.fail == "the rows" {
		return errZZS
	}
	return o.SagaRepository.Save(ctx, s)
}

func (o *zzsOut) Reserve(ctx context.Context, id, step string, _ *domain.Order) error {
	return o.say(ctx, id+" "+step, "reserve")
}
func (o *zzsOut) Release(ctx context.Context, id, step string, _ *domain.Order) error {
	return o.say(ctx, id+" "+step, "release")
}
func (o *zzsOut) Ship(ctx context.Context, id, step string, _ *domain.Order) error {
	return o.say(ctx, id+" "+step, "ship")
}
func (o *zzsOut) Deduct(ctx context.Context, id, step string, _ *domain.Order) error {
	return o.say(ctx, id+" "+step, "deduct")
}
func (o *zzsOut) Refund(ctx context.Context, id, step string, _ *domain.Order) error {
	return o.say(ctx, id+" "+step, "refund")
}

func (o *zzsOut) SagaBegun(context.Context, *saga.Saga)   { o.begun++ }
func (o *zzsOut) SagaSettled(context.Context, *saga.Saga) { o.ended++ }

func (s *zzsShop) out() (*zzsOut, *saga.Engine) {
	out := &zzsOut{SagaRepository: repository.NewSagaRepository(s.pool), s: s}
	return out, saga.NewEngine(out, out, out, saga.NewSteps(out), zzsClock)
}

// begin stores a new purchase.
func (s *zzsShop) begin(engine *saga.Engine, order *domain.Order) error {
	return s.call("Begin", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error { return engine.Begin(ctx, saga.NewPurchase(order.Clone())) })
	})
}

// apply applies a reply to the saga of an order.
func (s *zzsShop) apply(out *zzsOut, engine *saga.Engine, orderID string, reply saga.Reply) error {
	reply.PurchaseID = orderID
	return s.call("Apply", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			locked, err := out.Lock(ctx, orderID)
			if err != nil {
				return fmt.Errorf("lock the saga: %w", err)
			}
			_, err = engine.Apply(ctx, locked, reply)
			return err
		})
	})
}

// state is what is committed of an order: its status, its saga, and what was said in the order in which it was said.
func (s *zzsShop) state(orderID string) string {
	s.t.Helper()
	return s.line(`SELECT concat_ws('; ',
		coalesce((SELECT 'order version ' || version FROM orders WHERE id::text = $1), 'no order'),
		coalesce((SELECT string_agg(saga_type || ' ' || status || ' ' || current_step, ', ' ORDER BY created_at) FROM saga_executions WHERE aggregate_id::text = $1), 'no saga'),
		'said: ' || coalesce((SELECT string_agg(what, ', ' ORDER BY what) FROM zz_said WHERE about LIKE $1 || '%'), 'nothing'))`, orderID)
}

func (s *zzsShop) requireState(failure, what, orderID, want, why string) {
	s.t.Helper()
	if got := s.state(orderID); got != want {
		zzsFail(s.t, failure, what, want, got, why)
	}
}

func (s *zzsShop) works(what string, err error) {
	s.t.Helper()
	if err != nil {
		zzsFail(s.t, "ordinary", what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
	}
}

const zzsSilent = "an event that is not published has happened for no other service, and a saga whose command is not sent waits for ever"

func zzsPurchase(s *zzsShop) {
	s.t.Helper()
	out, engine := s.out()
	order := s.order()
	s.works("Begin of a purchase", s.begin(engine, order))
	s.requireState("begin", "Begin of a purchase, committed", order.ID(),
		"order version 1; CREATE_ORDER RUNNING RESERVE_INVENTORY; said: order.order.created, reserve", zzsSilent)
	if out.begun != 1 {
		zzsFail(s.t, "reporter", "Begin of a purchase", "reporter.SagaBegun is called once", fmt.Sprintf("called %d times", out.begun), "the log and the metrics count purchases by it")
	}
	s.works("the reply that the stock is reserved", s.apply(out, engine, order.ID(), saga.Reply{Call: saga.Call{Step: saga.ReserveInventory}}))
	s.requireState("step", "the stock is reserved; committed", order.ID(),
		"order version 2; CREATE_ORDER RUNNING DEDUCT_BALANCE; said: deduct, order.order.confirmed, order.order.created, reserve", zzsSilent)
	s.works("the reply that the money is taken", s.apply(out, engine, order.ID(), saga.Reply{Call: saga.Call{Step: saga.DeductBalance}}))
	s.requireState("step", "the money is taken, the purchase is complete; committed", order.ID(),
		"order version 3; CREATE_ORDER COMPLETED DEDUCT_BALANCE; said: deduct, order.order.confirmed, order.order.created, order.order.paid, reserve", zzsSilent)
	if got := s.line(`SELECT about FROM zz_said WHERE what = 'deduct' AND about LIKE $1 || '%'`, order.ID()); got != order.ID()+" "+saga.DeductBalance {
		zzsFail(s.t, "step", "the command to take the money", "for the saga and the step "+order.ID()+" "+saga.DeductBalance, got, "the reply names both, and the saga waits for exactly them")
	}
}

// zzsUndone refuses the second step.
func zzsUndone(s *zzsShop) {
	s.t.Helper()
	out, engine := s.out()
	order := s.order()
	s.works("Begin of a purchase", s.begin(engine, order))
	s.works("the reply that the stock is reserved", s.apply(out, engine, order.ID(), saga.Reply{Call: saga.Call{Step: saga.ReserveInventory}}))
	s.works("the reply that the money is not there", s.apply(out, engine, order.ID(), saga.Reply{
		Call: saga.Call{Step: saga.DeductBalance}, Refusal: &saga.Refusal{Code: errs.Precondition.String(), Reason: "INSUFFICIENT_BALANCE", Message: "not enough money"},
	}))
	s.requireState("step", "the money is refused, so the stock must be released; committed", order.ID(),
		"order version 2; CREATE_ORDER COMPENSATING RESERVE_INVENTORY; said: deduct, order.order.confirmed, order.order.created, release, reserve", zzsSilent)
	s.works("the reply that the stock is released", s.apply(out, engine, order.ID(), saga.Reply{Call: saga.Call{Step: saga.ReserveInventory, Compensate: true}}))
	s.requireState("step", "the stock is released; committed", order.ID(),
		"order version 3; CREATE_ORDER COMPENSATED RESERVE_INVENTORY; said: deduct, order.order.cancelled, order.order.confirmed, order.order.created, release, reserve", zzsSilent)
}

// zzsOthers begins a saga on an order that exists.
func zzsOthers(s *zzsShop) {
	s.t.Helper()
	out, engine := s.out()
	order := s.order()
	s.works("Begin of a purchase", s.begin(engine, order))
	for _, step := range []string{saga.ReserveInventory, saga.DeductBalance} {
		s.works("a reply", s.apply(out, engine, order.ID(), saga.Reply{Call: saga.Call{Step: step}}))
	}
	s.works("Begin of a shipment", s.call("Begin", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			paid, err := repository.NewOrderRepository(s.pool).Get(ctx, order.ID())
			if err != nil {
				return err
			}
			if err := paid.Ship(zzsNow); err != nil {
				return err
			}
			return engine.Begin(ctx, saga.NewShipment(paid))
		})
	}))
	s.requireState("begin", "Begin of a shipment, committed", order.ID(), "order version 4; CREATE_ORDER COMPLETED DEDUCT_BALANCE, SHIP_ORDER RUNNING SHIP_STOCK; "+
		"said: deduct, order.order.confirmed, order.order.created, order.order.paid, order.order.shipped, reserve, ship", zzsSilent)
}

// zzsRolledBack lets the caller fail after the engine has succeeded.
func zzsRolledBack(s *zzsShop) {
	s.t.Helper()
	_, engine := s.out()
	order := s.order()
	err := s.call("Begin", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			if err := engine.Begin(ctx, saga.NewPurchase(order.Clone())); err != nil {
				return err
			}
			return errZZS2
		})
	})
	if !errors.Is(err, errZZS2) {
		zzsFail(s.t, "ordinary", "Begin of a purchase, and then its caller fails", fmt.Sprintf("the error %q", errZZS2), fmt.Sprint(err), "nothing else works before this does")
	}
	s.requireState("rollback", "Begin of a purchase, and then its caller fails: the transaction is rolled back", order.ID(), "no order; no saga; said: nothing",
		"a command without its saga takes stock for a purchase that does not exist, and no reply ever gives it back")
}

// zzsRerun lets the transaction run twice with the same order, as a request does.
func zzsRerun(s *zzsShop) {
	s.t.Helper()
	_, engine := s.out()
	order, run := s.order(), 0
	err := s.call("Begin", func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			if err := engine.Begin(ctx, saga.NewPurchase(order)); err != nil {
				return err
			}
			if run++; run == 1 {
				return fmt.Errorf("save: %w", postgres.ErrStale)
			}
			return nil
		})
	})
	const what, why = "Begin of a purchase; the transaction meets a conflict, and runs again with the same order", "the request has made its order before the transaction: the second run needs all of it"
	if err != nil {
		zzsFail(s.t, "rerun", what, "no error", fmt.Sprintf("the error %q", err), why)
	}
	s.requireState("rerun", what, order.ID(), "order version 1; CREATE_ORDER RUNNING RESERVE_INVENTORY; said: order.order.created, reserve", why)
}

// zzsBroken lets one part of a change fail.
func zzsBroken(s *zzsShop) {
	s.t.Helper()
	const why = "an error that is not returned is committed: rows without events, or events without rows"
	for _, part := range []string{"the rows", "order.order.created", "reserve"} {
		out, engine := s.out()
		order := s.order()
		out.fail = part
		what := "Begin of a purchase, and it fails at " + part
		if err := s.begin(engine, order); !errors.Is(err, errZZS) {
			zzsFail(s.t, "swallowed", what, fmt.Sprintf("Begin returns the error %q", errZZS), fmt.Sprint(err), why)
		}
		s.requireState("swallowed", what, order.ID(), "no order; no saga; said: nothing", why)
	}
	for _, part := range []string{"the rows", "order.order.confirmed", "deduct"} {
		out, engine := s.out()
		order := s.order()
		s.works("Begin of a purchase", s.begin(engine, order))
		out.fail = part
		what := "the stock is reserved, and it fails at " + part
		if err := s.apply(out, engine, order.ID(), saga.Reply{Call: saga.Call{Step: saga.ReserveInventory}}); !errors.Is(err, errZZS) {
			zzsFail(s.t, "swallowed", what, fmt.Sprintf("Apply returns the error %q", errZZS), fmt.Sprint(err), why)
		}
		s.requireState("swallowed", what, order.ID(), "order version 1; CREATE_ORDER RUNNING RESERVE_INVENTORY; said: order.order.created, reserve", why)
	}
}
