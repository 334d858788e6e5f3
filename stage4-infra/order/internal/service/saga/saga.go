package saga

import (
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"shop/order/internal/domain"
)

// ErrNotFound says that the order has no saga that is open, which is one that is in progress or has failed.
var ErrNotFound = errors.New("the order has no open saga")

// Status is how far a saga has come.
type Status string

const (
	Running      Status = "RUNNING"
	Completed    Status = "COMPLETED"    // every step was done
	Compensating Status = "COMPENSATING" // it is being undone, and must be until it is
	Compensated  Status = "COMPENSATED"  // every step that may have been done was undone
	Failed       Status = "FAILED"       // a command was refused or had no reply, and nothing can be undone: an operator must resume it
)

// IsSettled tells whether a saga in status s waits for no reply.
func (s Status) IsSettled() bool { return s != Running && s != Compensating }

// StepStatus is what is known about one step.
type StepStatus string

const (
	StepStarted      StepStatus = "STARTED"   // intended: from here on it may have happened
	StepDone         StepStatus = "DONE"      // it happened
	StepFailed       StepStatus = "FAILED"    // it was refused, so it did not happen
	StepUncertain    StepStatus = "UNCERTAIN" // no answer: it may have happened, or may still happen
	StepCompensating StepStatus = "COMPENSATING"
	StepCompensated  StepStatus = "COMPENSATED"
)

// The types of sagas. A purchase is undone when it cannot go on; the others only go forward.
const (
	CreateOrder = "CREATE_ORDER"
	CancelOrder = "CANCEL_ORDER"
	ShipOrder   = "SHIP_ORDER"
)

// Types returns all types of sagas.
func Types() []string { return []string{CreateOrder, CancelOrder, ShipOrder} }

// Saga is the memory of one operation across services: what was commanded, what is known about it, and so which reply it waits for. An
// order has at most one open saga.
type Saga struct {
	ID          string
	Type        string
	Order       *domain.Order
	Status      Status
	CurrentStep string
	Failure     Failure
	Steps       []StepState
	Version     int64
	// StartedAt is when it was stored first; zero until then.
	StartedAt time.Time
}

// Failure is why a saga is undone, which is also why its order is cancelled, or why it failed.
type Failure struct {
	Code   domain.CancelCode
	Reason string
}

// StepState is what is known about one step, in the form in which it is stored.
type StepState struct {
	Name     string     `json:"name"`
	Status   StepStatus `json:"status"`
	Attempts int        `json:"attempts"`
	Error    string     `json:"error"`
}

// NewPurchase returns the saga that buys the order, with the intent of its first step.
func NewPurchase(order *domain.Order) *Saga {
	return begin(PurchaseID(order), CreateOrder, ReserveInventory, order)
}

// NewCancellation returns the saga that gives back what the purchase of the order took, with the intent of its first step.
func NewCancellation(order *domain.Order) *Saga {
	return begin(derivedID(order, CancelOrder), CancelOrder, RefundBalance, order)
}

// NewShipment returns the saga that ships the order, with the intent of its only step.
func NewShipment(order *domain.Order) *Saga {
	return begin(derivedID(order, ShipOrder), ShipOrder, ShipStock, order)
}

// PurchaseID returns the id of the saga that bought the order. The other services know what they did for the order by it.
func PurchaseID(order *domain.Order) string { return order.ID() }

// derivedID returns the same id for the same order and type, so that a second saga of the type cannot be stored.
func derivedID(order *domain.Order, sagaType string) string {
	return uuid.NewSHA1(uuid.MustParse(order.ID()), []byte(sagaType)).String()
}

func begin(id, sagaType, firstStep string, order *domain.Order) *Saga {
	s := &Saga{ID: id, Type: sagaType, Order: order, Status: Running, Version: 1}
	s.StartStep(firstStep)
	return s
}

// StartStep notes the intent to run a step.
func (s *Saga) StartStep(name string) {
	step := s.step(name)
	step.Status = StepStarted
	step.Attempts++
	s.CurrentStep = name
}

// EndStep notes the outcome of a step; problem is empty for one that is done.
func (s *Saga) EndStep(name string, status StepStatus, problem string) {
	step := s.step(name)
	step.Status, step.Error = status, problem
}

// BeginCompensation notes that the saga must be undone. The first failure stays: a later problem is not the reason.
func (s *Saga) BeginCompensation(failure Failure) {
	s.Status = Compensating
	if s.Failure == (Failure{}) {
		s.Failure = failure
	}
}

// ToCompensate returns the names of the steps to undo, the last one first: all that may have happened, not only those that are done.
func (s *Saga) ToCompensate() []string {
	var names []string
	for _, step := range slices.Backward(s.Steps) {
		switch step.Status {
		case StepStarted, StepDone, StepUncertain, StepCompensating:
			names = append(names, step.Name)
		}
	}
	return names
}

// StartCompensation notes the intent to undo a step.
func (s *Saga) StartCompensation(name string) {
	step := s.step(name)
	if step.Status == StepCompensating {
		step.Attempts++
	} else {
		step.Attempts = 1
	}
	step.Status = StepCompensating
	s.CurrentStep = name
}

// Fail notes that the saga cannot go on, and why. The first failure of a purchase stays: it is why the order will be cancelled.
func (s *Saga) Fail(reason string) {
	s.Status = Failed
	s.step(s.CurrentStep).Error = reason
	if s.Failure == (Failure{}) {
		s.Failure = Failure{Reason: reason}
	}
}

// StepError returns what is wrong with the current step; empty if nothing is.
func (s *Saga) StepError() string { return s.step(s.CurrentStep).Error }

// step returns the step of this name, to be changed, and adds it when it is new. Steps stand in the order in which they were first started.
func (s *Saga) step(name string) *StepState {
	i := slices.IndexFunc(s.Steps, func(step StepState) bool { return step.Name == name })
	if i < 0 {
		i = len(s.Steps)
		s.Steps = append(s.Steps, StepState{Name: name})
	}
	return &s.Steps[i]
}
