package usecase_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/idempotencystore"
	"shop/platform/postgres"
)

func TestZZOutboxRequest(t *testing.T) {
	s := zzsNew(t)
	s.exec(`CREATE TABLE zz_effects (order_id text NOT NULL)`)
	zzsAccepted(s)
	zzsRefusedRequest(s)
	zzsNotRemembered(s)
	zzsStale(s)
	zzsOtherContent(s)
	zzsUnfinished(s)
	zzsDuplicates(s)
}

// zzsSagas has the effects of a request: a row in the transaction of ctx. before fails the request before that row, after behind it.
type zzsSagas struct {
	usecase.Sagas
	s             *zzsShop
	before, after func() error
}

func (e *zzsSagas) Begin(ctx context.Context, begun *saga.Saga) error {
	if e.before != nil {
		if err := e.before(); err != nil {
			return err
		}
	}
	if _, err := postgres.GetDBTX(ctx, e.s.pool).Exec(ctx, `INSERT INTO zz_effects VALUES ($1)`, begun.Order.ID()); err != nil {
		return err
	}
	if e.after != nil {
		return e.after()
	}
	return nil
}

// zzsWritten is the flag in Redis that tells a buyer's next request to read the orders themselves. It looks at what is committed when it is set.
type zzsWritten struct {
	s         *zzsShop
	mu        sync.Mutex
	calls     []string
	committed int
	inTx      atomic.Bool
}

func (w *zzsWritten) Mark(ctx context.Context, buyerID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls = append(w.calls, buyerID)
	if _, ok := postgres.GetDBTX(ctx, w.s.pool).(interface {
		Commit(ctx context.Context) error
	}); ok {
		w.inTx.Store(true)
	}
	conn, err := pgx.Connect(context.Background(), w.s.address)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close(context.Background()) }()
	_ = conn.QueryRow(context.Background(), `SELECT count(*) FROM processed_events WHERE result IS NOT NULL`).Scan(&w.committed)
}

func (*zzsWritten) Recently(context.Context, string) bool { return false }

// zzsOrders are the parts of a use case that creates orders.
type zzsOrders struct {
	s       *zzsShop
	sagas   *zzsSagas
	written *zzsWritten
	create  *usecase.CreateOrder
}

// orders returns the use case, and empties the tables.
func (s *zzsShop) orders() *zzsOrders {
	s.exec(`DELETE FROM zz_effects`)
	s.exec(`DELETE FROM processed_events`)
	o := &zzsOrders{s: s, sagas: &zzsSagas{s: s}, written: &zzsWritten{s: s}}
	requests := usecase.NewSagaRequests(s.tx, idempotencystore.New(s.pool), o.written)
	o.create = usecase.NewCreateOrder(requests, o.sagas, zzsCatalogue{zzsPrice(s.t)}, zzsClock)
	return o
}

func (o *zzsOrders) execute(what string, in dto.CreateOrder) (answer dto.OrderAnswer, err error) {
	o.s.t.Helper()
	err = o.s.call(what, func(ctx context.Context) (err error) {
		answer, err = o.create.Execute(ctx, in)
		return err
	})
	return answer, err
}

// require requires how many effects and answered requests are committed.
func (o *zzsOrders) require(failure, what string, effects, requests int, why string) {
	o.s.t.Helper()
	const form = "%d sagas begun, %d requests remembered"
	got := o.s.line(`SELECT (SELECT count(*) FROM zz_effects) || ' sagas begun, ' || (SELECT count(*) FROM processed_events WHERE result IS NOT NULL) || ' requests remembered'`)
	if want := fmt.Sprintf(form, effects, requests); got != want {
		zzsFail(o.s.t, failure, what, want, got, why)
	}
}

// unmarked requires that the flag was not set.
func (o *zzsOrders) unmarked(what string) {
	o.s.t.Helper()
	if len(o.written.calls) > 0 {
		zzsFail(o.s.t, "marked", what, "written.Mark is not called", fmt.Sprintf("called for %v", o.written.calls), "nothing was written, and Redis cannot be rolled back")
	}
}

func zzsAccepted(s *zzsShop) {
	s.t.Helper()
	o, in := s.orders(), zzsRequest(2)
	const what, again = "a purchase", "the same purchase is sent again with the same key"
	first, err := o.execute(what, in)
	s.works(what, err)
	o.require("ordinary", what, 1, 1, "nothing else works before this does")
	if first.Order.BuyerID != in.BuyerID || first.Order.TotalMinor != 1000 || first.Replayed {
		zzsFail(s.t, "answer", what, "the order of the buyer, 1000 cents, Replayed false", fmt.Sprintf("%+v", first), "the client shows this answer")
	}
	if len(o.written.calls) != 1 || o.written.calls[0] != in.BuyerID {
		zzsFail(s.t, "not-marked", what, "written.Mark is called once, with the id of the buyer", fmt.Sprintf("calls: %v", o.written.calls), "the buyer's next list comes from the read model, and their order is not in it yet")
	}
	if o.written.committed != 1 || o.written.inTx.Load() {
		zzsFail(s.t, "marked", what, "written.Mark is called after the commit, without a transaction in its context",
			fmt.Sprintf("at that time %d requests are committed; a transaction in its context: %t", o.written.committed, o.written.inTx.Load()),
			"Redis cannot be rolled back, and a slow Redis would keep the rows locked")
	}
	second, err := o.execute(again, in)
	s.works(again, err)
	if same := reflect.DeepEqual(second.Order, first.Order); !same || !second.Replayed {
		zzsFail(s.t, "answer", again, "the same order, Replayed true", fmt.Sprintf("the same order: %t, Replayed %t", same, second.Replayed), "a client that repeats must get the same answer")
	}
	o.require("twice", again, 1, 1, "the buyer pays twice")
}

// zzsRefusedRequest lets accept fail.
func zzsRefusedRequest(s *zzsShop) {
	s.t.Helper()
	refuse := func() error { return errs.Wrap(errZZS, errs.Precondition, "ZZ", "refused") }
	for what, fail := range map[string]func(o *zzsOrders){
		"begins no saga, and returns an error":       func(o *zzsOrders) { o.sagas.before = refuse },
		"begins a saga, and then returns an error":   func(o *zzsOrders) { o.sagas.after = refuse },
		"begins a saga, and then panics with errZZS": func(o *zzsOrders) { o.sagas.after = func() error { panic(errZZS) } },
	} {
		o, in := s.orders(), zzsRequest(2)
		fail(o)
		what = "a purchase whose accept " + what
		_, err := o.execute(what, in)
		if err == nil || errs.CodeOf(err) != errs.Precondition && err.Error() != "panic: "+errZZS.Error() {
			zzsFail(s.t, "error-lost", what, "that error in the chain of the error of answer, or the panic", fmt.Sprint(err), "the client must know that nothing was bought, and why")
		}
		o.require("half", what, 0, 0, "the client is told that it failed: a saga that goes on all the same takes the money")
		o.unmarked(what)
		o.sagas.before, o.sagas.after = nil, nil
		answer, err := o.execute(what+"; it is repeated", in)
		if err != nil || answer.Replayed {
			zzsFail(s.t, "half", what+"; the repetition with the same key succeeds", "a new order, Replayed false", fmt.Sprintf("Replayed %t, error %v", answer.Replayed, err), "a request that was not accepted leaves its key free")
		}
		o.require("half", what+"; the repetition succeeds", 1, 1, "each request has one effect")
	}
}

// zzsNotRemembered lets the row of the request fail after its effects.
func zzsNotRemembered(s *zzsShop) {
	s.t.Helper()
	s.exec(`CREATE FUNCTION zz_fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'zz'; END $$`)
	for what, sql := range map[string]string{
		"its answer cannot be stored":            `CREATE TRIGGER zz BEFORE UPDATE ON processed_events FOR EACH ROW EXECUTE FUNCTION zz_fail()`,
		"its row cannot be stored":               `CREATE TRIGGER zz BEFORE INSERT ON processed_events FOR EACH ROW EXECUTE FUNCTION zz_fail()`,
		"its row fails at the commit (deferred)": `CREATE CONSTRAINT TRIGGER zz AFTER INSERT ON processed_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION zz_fail()`,
	} {
		o, in := s.orders(), zzsRequest(2)
		s.exec(sql)
		what = "a purchase, and " + what
		_, err := o.execute(what, in)
		s.exec(`DROP TRIGGER zz ON processed_events`)
		if err == nil {
			zzsFail(s.t, "half", what, "an error", "no error", "the client would not repeat")
		}
		o.require("half", what, 0, 0, "the client repeats the request, and the repetition buys a second time: the first saga must not exist")
		o.unmarked(what)
	}
}

// zzsStale lets the transaction run twice.
func zzsStale(s *zzsShop) {
	s.t.Helper()
	o, in := s.orders(), zzsRequest(2)
	runs := 0
	o.sagas.after = func() error {
		if runs++; runs == 1 {
			return fmt.Errorf("save: %w", postgres.ErrStale)
		}
		return nil
	}
	const what = "a purchase whose order is stale in the first run of the transaction"
	answer, err := o.execute(what, in)
	if err != nil || answer.Replayed || answer.Order.BuyerID != in.BuyerID {
		zzsFail(s.t, "rerun", what, "a second run, and its answer with Replayed false", fmt.Sprintf("%+v, error %v", answer, err), "a conflict is over after a rerun of the whole transaction")
	}
	o.require("rerun", what, 1, 1, "the first run was rolled back")
}

// zzsOtherContent uses a key again.
func zzsOtherContent(s *zzsShop) {
	s.t.Helper()
	o, in := s.orders(), zzsRequest(2)
	const what = "a key that belongs to another request"
	_, err := o.execute("a purchase", in)
	s.works("a purchase", err)
	o.written.calls = nil
	in.Items[0].Quantity = 3
	_, err = o.execute(what, in)
	if errs.CodeOf(err) != errs.Conflict {
		zzsFail(s.t, "error-lost", what, "an error with the code Conflict, from Once", fmt.Sprint(err), "the client would take the answer to the first request for the answer to this one")
	}
	o.require("half", what, 1, 1, "each request has one effect")
	o.unmarked(what)
}

// zzsUnfinished has a row without an answer, as the version before this one left it.
func zzsUnfinished(s *zzsShop) {
	s.t.Helper()
	o, in := s.orders(), zzsRequest(2)
	_, err := o.execute("a purchase", in)
	s.works("a purchase", err)
	s.exec(`UPDATE processed_events SET result = NULL`)
	o.written.calls = nil
	const what = "a repetition of a request whose stored answer is NULL"
	if _, err := o.execute(what, in); errs.CodeOf(err) != errs.Aborted || errs.From(err).Reason != "IN_PROGRESS" {
		zzsFail(s.t, "in-progress", what, "the error of inProgress: Aborted, IN_PROGRESS", fmt.Sprint(err), "an empty order as the answer would look like a success")
	}
	o.unmarked(what)
}

// zzsDuplicates sends a request ten times at once.
func zzsDuplicates(s *zzsShop) {
	s.t.Helper()
	const what = "the same purchase is sent six times at once"
	o, in := s.orders(), zzsRequest(2)
	answers, failures := make([]dto.OrderAnswer, 6), make([]error, 6)
	_ = s.call(what, func(ctx context.Context) error {
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i], failures[i] = o.create.Execute(ctx, in) })
		}
		all.Wait()
		return nil
	})
	s.works(what, errors.Join(failures...))
	fresh := 0
	for _, answer := range answers {
		if !answer.Replayed {
			fresh++
		}
		if answer.Order.ID != answers[0].Order.ID {
			zzsFail(s.t, "twice", what, "one order", "several orders", "the buyer pays twice")
		}
	}
	if fresh != 1 {
		zzsFail(s.t, "answer", what, "one answer with Replayed false", fmt.Sprintf("%d of them", fresh), "the others are repetitions")
	}
	o.require("twice", what, 1, 1, "the buyer pays twice")
}
