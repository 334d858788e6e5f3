// Hidden checks of the lesson about going asynchronous. They use only names that the lesson gives. Time in them is that of package
// synctest: it passes only while all goroutines wait.
package saga

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"shop/order/internal/domain"
	"shop/platform/clock"
	"shop/platform/errs"
)

type zzaFailure struct{ id, sentence, expected, seen, why string }

func zzaFail(t *testing.T, f zzaFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzaEach runs each test with time of its own until one has failed.
func zzaEach(t *testing.T, tests ...func(*testing.T)) {
	for _, test := range tests {
		if !t.Failed() {
			synctest.Test(t, test)
		}
	}
}

var (
	errZZALost    = errs.New(errs.Unavailable, "UNAVAILABLE", "the connection was lost")
	errZZARefused = &errs.DomainError{Code: errs.Precondition, Reason: "INSUFFICIENT_BALANCE", Message: "there is not enough money", Remote: true}
)

type zzaKey struct{}

// zzaTakes is a call that takes a while, unless its context ends.
func zzaTakes(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// zzaLeft says how much time a context has.
func zzaLeft(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return "no deadline"
	}
	return time.Until(deadline).String()
}

// zzaWorld is everything around an engine.
type zzaWorld struct {
	engine *Engine
	saga   *Saga
	begin  time.Time

	calls  []string          // with the time since the beginning
	left   map[string]string // the time that each step was given
	values map[string]any
	saves  int
	// lostAt is the save at which another worker has the saga; 0: none.
	lostAt int

	reserve, deduct, refund func(ctx context.Context) error
}

func newZZAWorld(t *testing.T, cfg Config) *zzaWorld {
	t.Helper()
	price, err := domain.NewMoney(500, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	item, err := domain.NewItem("tea", 1, price)
	if err != nil {
		t.Fatal(err)
	}
	order, err := domain.NewOrder(uuid.NewString(), uuid.NewString(), []domain.Item{item}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	instant := func(ctx context.Context) error { return ctx.Err() }
	w := &zzaWorld{begin: time.Now(), left: map[string]string{}, values: map[string]any{}, reserve: instant, deduct: instant, refund: instant}
	w.saga = NewPurchase(order, Request{Scope: "order.create", Key: "key"})
	step := func(name string, act, undo *func(context.Context) error, apply func(*domain.Order, time.Time) error, code domain.CancelCode) Step {
		return Step{
			Name: name, Apply: apply, Refusal: code,
			Act: func(ctx context.Context, _ string, _ *domain.Order) error {
				w.note(name)
				w.left[name], w.values[name] = zzaLeft(ctx), ctx.Value(zzaKey{})
				return (*act)(ctx)
			},
			Compensate: func(ctx context.Context, _ string, _ *domain.Order) error {
				w.note("undo " + name)
				return (*undo)(ctx)
			},
		}
	}
	steps := []Step{
		step(ReserveInventory, &w.reserve, &instant, (*domain.Order).Confirm, domain.CancelOutOfStock),
		step(DeductBalance, &w.deduct, &w.refund, (*domain.Order).MarkPaid, domain.CancelInsufficientBalance),
	}
	w.engine = NewEngine(NewRecorder(cfg, w, w, w, w), cfg, w, steps, clock.System)
	return w
}

func (w *zzaWorld) note(call string) { w.calls = append(w.calls, call) }

// run drives the saga and says what became of it.
func (w *zzaWorld) run(t *testing.T) (took time.Duration, err error) {
	err = w.engine.Run(context.WithValue(t.Context(), zzaKey{}, "trace"), w.saga)
	return time.Since(w.begin), err
}

func (w *zzaWorld) made() string { return strings.Join(w.calls, ", ") }

func (w *zzaWorld) did(call string) bool { return slices.Contains(w.calls, call) }

func (w *zzaWorld) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return fn(ctx)
}
func (w *zzaWorld) Create(context.Context, *Saga) error { return nil }

func (w *zzaWorld) Save(context.Context, *Saga) error {
	w.saves++
	if w.lostAt > 0 && w.saves >= w.lostAt {
		return fmt.Errorf("save: %w", ErrLost)
	}
	return nil
}

func (w *zzaWorld) ListStale(context.Context, time.Duration, int) ([]Stale, error) { return nil, nil }
func (w *zzaWorld) CountUnsettled(context.Context) (map[string]int64, error)       { return nil, nil }
func (w *zzaWorld) Claim(context.Context, Stale) (*Saga, error)                    { return nil, errors.New("not here") }
func (w *zzaWorld) Publish(context.Context, ...domain.Event) error                 { return nil }
func (w *zzaWorld) SagaSettled(string, Status)                                     {}

func (w *zzaWorld) Purchase(*domain.Order) (json.RawMessage, error) {
	return json.RawMessage(`{}`), nil
}
func (w *zzaWorld) Forward(*domain.Order, Failure) (json.RawMessage, error) {
	return json.RawMessage(`{}`), nil
}
