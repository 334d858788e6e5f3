package domain

import (
	"context"
	"slices"
	"time"
)

// SagaStatus is how far a saga has come.
type SagaStatus string

const (
	SagaRunning      SagaStatus = "RUNNING"
	SagaCompleted    SagaStatus = "COMPLETED"    // every step was done
	SagaCompensating SagaStatus = "COMPENSATING" // it is being undone, and must be until it is
	SagaCompensated  SagaStatus = "COMPENSATED"  // every step that may have been done was undone
	SagaFailed       SagaStatus = "FAILED"       // a cancellation that was refused: only a person can say how it goes on
)

// IsSettled tells whether nobody has to work on a saga in status s any more.
func (s SagaStatus) IsSettled() bool { return s != SagaRunning && s != SagaCompensating }

// StepStatus is what is known about one step.
type StepStatus string

const (
	StepStarted      StepStatus = "STARTED"   // intended: from here on it may have happened
	StepDone         StepStatus = "DONE"      // it happened
	StepFailed       StepStatus = "FAILED"    // it was refused, so it did not happen
	StepUncertain    StepStatus = "UNCERTAIN" // no answer: it may have happened, or may happen yet
	StepCompensating StepStatus = "COMPENSATING"
	StepCompensated  StepStatus = "COMPENSATED"
)

// Saga is the memory of one purchase, or of its cancellation, across services. It is stored before and after each step, so that whoever
// finds it after a crash knows what may have happened.
type Saga struct {
	ID          string
	Type        string
	OrderID     string
	Status      SagaStatus
	CurrentStep string
	Request     Request
	Failure     Failure
	Steps       []SagaStep
	Version     int64
}

// Request tells whose answer the saga decides: the scope and key of an idempotent request.
type Request struct {
	Scope string
	Key   string
}

// Failure is why a saga is undone, in the words of the order that it cancels, or why it failed.
type Failure struct {
	Code   CancelCode
	Reason string
}

// SagaStep is one step as it was last stored.
type SagaStep struct {
	Name     string
	Status   StepStatus
	Attempts int
	Error    string
}

// The types of sagas. A purchase is undone when it cannot go on; a cancellation only goes on.
const (
	SagaCreateOrder = "CREATE_ORDER"
	SagaCancelOrder = "CANCEL_ORDER"
)

// SagaTypes are all of them.
func SagaTypes() []string { return []string{SagaCreateOrder, SagaCancelOrder} }

// NewSaga returns a saga that is about to begin.
func NewSaga(id, sagaType, orderID string, request Request) *Saga {
	return &Saga{ID: id, Type: sagaType, OrderID: orderID, Status: SagaRunning, Request: request, Version: 1}
}

// StartStep notes the intent to run a step.
func (s *Saga) StartStep(name string) {
	step := s.step(name)
	step.Status = StepStarted
	step.Attempts++
	s.CurrentStep = name
}

// EndStep notes what became of a step; problem is empty for one that is done.
func (s *Saga) EndStep(name string, status StepStatus, problem string) {
	step := s.step(name)
	step.Status, step.Error = status, problem
}

// Complete notes that every step is done.
func (s *Saga) Complete() { s.Status = SagaCompleted }

// IsDone tells whether the step of this name is known to have happened.
func (s *Saga) IsDone(name string) bool {
	return slices.ContainsFunc(s.Steps, func(step SagaStep) bool { return step.Name == name && step.Status == StepDone })
}

// Fail notes that a step was refused which cannot be done without, nor be undone.
func (s *Saga) Fail(failure Failure) { s.Status, s.Failure = SagaFailed, failure }

// BeginCompensation notes that the saga must be undone. The first failure stays: what goes wrong later is not why.
func (s *Saga) BeginCompensation(failure Failure) {
	s.Status = SagaCompensating
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

// EndCompensation notes that everything is undone.
func (s *Saga) EndCompensation() { s.Status = SagaCompensated }

// Clone returns a copy that shares nothing with s.
func (s *Saga) Clone() *Saga {
	clone := *s
	clone.Steps = slices.Clone(s.Steps)
	return &clone
}

// step returns the step of this name and adds it when it is new. Steps stand in the order in which they were first started.
func (s *Saga) step(name string) *SagaStep {
	i := slices.IndexFunc(s.Steps, func(step SagaStep) bool { return step.Name == name })
	if i < 0 {
		i = len(s.Steps)
		s.Steps = append(s.Steps, SagaStep{Name: name})
	}
	return &s.Steps[i]
}

// StaleSaga is a saga that nobody has touched for a while, as it was seen then.
type StaleSaga struct {
	ID        string
	Version   int64
	UpdatedAt time.Time
}

// SagaRepository keeps sagas. It works inside the transaction of ctx when there is one.
type SagaRepository interface {
	// Create stores a new saga.
	Create(ctx context.Context, s *Saga) error
	// Save stores the saga with its steps if its version is still the stored one, and raises the stored version by one; otherwise
	// ErrSagaLost. It leaves s as it is.
	Save(ctx context.Context, s *Saga) error
	// ListStale returns unsettled sagas that were not stored for this long, the oldest first.
	ListStale(ctx context.Context, staleAfter time.Duration, limit int) ([]StaleSaga, error)
	// IDOf returns the id of the order's saga of this type, or ErrSagaNotFound.
	IDOf(ctx context.Context, sagaType, orderID string) (string, error)
	// CountUnsettled returns how many sagas of each type somebody still has to work on; types that have none may be missing.
	CountUnsettled(ctx context.Context) (map[string]int64, error)
	// Claim takes the saga over if it still is as it was seen, and returns it; otherwise ErrSagaLost.
	Claim(ctx context.Context, stale StaleSaga) (*Saga, error)
}
