// Hidden checks of the lesson on the saga timeout. They use only names that the lesson or the package's finished code give.
package saga_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
)

const zztOrder = "11111111-1111-4111-8111-111111111111"

var errZZT = errors.New("the checker says no")

// zztEngine is an engine and all that it works with.
type zztEngine struct {
	*saga.Engine
	t    *testing.T
	at   string
	s    *saga.Saga
	kept string // the saga and its order as they were saved last

	commands []string
	reports  []saga.Status
	saves    int
	broken   string // "save", "events" or "send": what fails
}

// zztSaga is a saga in this status, with these steps: "RESERVE_INVENTORY DONE, DEDUCT_BALANCE STARTED". The last one is the current one.
func zztSaga(t *testing.T, sagaType string, status saga.Status, order domain.OrderStatus, steps string, failure saga.Failure) *zztEngine {
	s := &saga.Saga{
		ID: "saga-" + zztOrder, Type: sagaType, Status: status, Failure: failure, Version: 3, StartedAt: time.Now().Add(-time.Hour),
		Order: domain.RestoreOrder(domain.Snapshot{ID: zztOrder, BuyerID: "22222222-2222-4222-8222-222222222222", Status: order, Version: 2}),
	}
	for step := range strings.SplitSeq(steps, ", ") {
		name, stepStatus, _ := strings.Cut(step, " ")
		s.Steps = append(s.Steps, saga.StepState{Name: name, Status: saga.StepStatus(stepStatus), Attempts: 1})
		s.CurrentStep = name
	}
	if status == saga.Failed {
		s.Steps[len(s.Steps)-1].Error = "no reply in time"
	}
	if sagaType == saga.CreateOrder && status != saga.Running { // the first compensation of a purchase is that of its last step
		for _, step := range s.Steps {
			if step.Status == saga.StepCompensating {
				s.CurrentStep = step.Name
			}
		}
		for i := range s.Steps {
			s.Steps[i].Error = ""
			if status == saga.Failed && s.Steps[i].Name == s.CurrentStep {
				s.Steps[i].Error = "no reply in time"
			}
		}
	}
	e := &zztEngine{t: t, s: s}
	e.at = fmt.Sprintf("a saga %s that is %s (%s)", sagaType, status, steps)
	e.Engine = saga.NewEngine(e, e, e, saga.NewSteps(zztCommands{e}), time.Now)
	return e
}

func (e *zztEngine) fail(id, sentence, expected, seen, why string) {
	e.t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": e.at + ": " + sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	e.t.FailNow()
}

// Create implements saga.Repository.
func (e *zztEngine) Create(context.Context, *saga.Saga) error {
	e.fail("created", "a new saga is stored", "the saga is saved", "Create", "an order has one open saga")
	return nil
}

// Save implements saga.Repository.
func (e *zztEngine) Save(_ context.Context, s *saga.Saga) error {
	if e.broken == "save" {
		return errZZT
	}
	e.saves++
	e.kept = zztText(s)
	return nil
}

// Publish implements saga.EventPublisher.
func (e *zztEngine) Publish(context.Context, ...domain.Event) error {
	if e.broken == "events" {
		return errZZT
	}
	return nil
}

// SagaBegun implements saga.Reporter.
func (e *zztEngine) SagaBegun(context.Context, *saga.Saga) {}

// SagaSettled implements saga.Reporter.
func (e *zztEngine) SagaSettled(_ context.Context, s *saga.Saga) {
	e.reports = append(e.reports, s.Status)
}

type zztCommands struct{ e *zztEngine }

func (c zztCommands) send(name, sagaID, step string) error {
	if c.e.broken == "send" {
		return errZZT
	}
	if sagaID != zztOrder {
		c.e.fail("commands", "a command has the wrong saga id", zztOrder, sagaID, "the other services know the purchase by it")
	}
	c.e.commands = append(c.e.commands, name+" "+step)
	return nil
}

func (c zztCommands) Reserve(_ context.Context, id, step string, _ *domain.Order) error {
	return c.send("reserve", id, step)
}

func (c zztCommands) Release(_ context.Context, id, step string, _ *domain.Order) error {
	return c.send("release", id, step)
}

func (c zztCommands) Ship(_ context.Context, id, step string, _ *domain.Order) error {
	return c.send("ship", id, step)
}

func (c zztCommands) Deduct(_ context.Context, id, step string, _ *domain.Order) error {
	return c.send("deduct", id, step)
}

func (c zztCommands) Refund(_ context.Context, id, step string, _ *domain.Order) error {
	return c.send("refund", id, step)
}

// zztText is all of a saga that is stored.
func zztText(s *saga.Saga) string {
	return fmt.Sprintf("%s, order %d, current step %s, failure %+v, steps %+v", s.Status, s.Order.Status(), s.CurrentStep, s.Failure, s.Steps)
}

func (e *zztEngine) is(id, what, want, got, why string) {
	e.t.Helper()
	if want != got {
		e.fail(id, what+" is wrong", want, got+"; "+zztText(e.s), why)
	}
}

// sent fails unless these are all commands.
func (e *zztEngine) sent(why string, want ...string) {
	e.t.Helper()
	if !slices.Equal(want, e.commands) {
		e.fail("commands", "the commands are not the right ones", zztList(want), zztList(e.commands), why)
	}
}

func zztList(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// saved fails unless the saga was saved as it is.
func (e *zztEngine) saved() {
	e.t.Helper()
	if e.saves == 0 || e.kept != zztText(e.s) {
		e.fail("not-saved", "what became of the saga is not stored", zztText(e.s), "stored: "+e.kept, "another process goes on with what is stored")
	}
}

// step is the status of the current step.
func (e *zztEngine) step() string {
	for _, step := range e.s.Steps {
		if step.Name == e.s.CurrentStep {
			return step.Name + " " + string(step.Status)
		}
	}
	return e.s.CurrentStep + " has no state"
}

// mustNotKnow fails unless the move fails and nothing changes: the saga stands at a step of a newer version.
func (e *zztEngine) mustNotKnow(move func(context.Context, *saga.Saga) error) {
	e.t.Helper()
	e.s.CurrentStep = "WRAP_GIFT"
	e.s.Steps = append(e.s.Steps, saga.StepState{Name: "WRAP_GIFT", Status: saga.StepStarted, Attempts: 1})
	e.at += ", at a step that only a newer version knows"
	before := zztText(e.s)
	err := move(e.t.Context(), e.s)
	if err == nil || !strings.Contains(err.Error(), "WRAP_GIFT") {
		e.fail("unknown-step", "no error names the step", "the error of e.steps.find", fmt.Sprint(err), "an operator reads it: this version must not decide about the saga")
	}
	if e.saves > 0 || len(e.commands)+len(e.reports) > 0 || zztText(e.s) != before {
		e.fail("unknown-step", "it has changed", before+"; nothing saved, sent or reported",
			fmt.Sprintf("%s; saved %d times, sent %s, reported %v", zztText(e.s), e.saves, zztList(e.commands), e.reports), "a newer version goes on with it")
	}
}

// zztMustReturn fails unless the errors of what the engine works with are returned.
func zztMustReturn(fresh func() *zztEngine, move func(*zztEngine) error, parts ...string) {
	for _, part := range parts {
		e := fresh()
		e.broken = part
		if err := move(e); !errors.Is(err, errZZT) {
			e.fail("swallowed", "an error is not returned: "+part+" fails", errZZT.Error(), fmt.Sprint(err), "the transaction would commit half of the move")
		}
	}
}
