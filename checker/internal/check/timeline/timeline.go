// Package timeline records what happened to the services during one check: requests, faults, restarts.
// The page, the terminal and result.json draw the same events.
package timeline

import (
	"slices"
	"sync"
	"time"
)

// Kind says how an event is drawn.
type Kind string

// Kinds of events. Request, Call and Fault have a length; Restart, Stop and Note are moments.
const (
	Request Kind = "request"
	Call    Kind = "call" // from one service to another
	Fault   Kind = "fault"
	Stop    Kind = "stop"
	Restart Kind = "restart"
	Note    Kind = "note"
)

// Event is one thing that happened on one lane. Times are milliseconds since the check began.
type Event struct {
	Lane    string  `json:"lane"` // client, order, inventory, wallet, gateway, postgres, …
	Kind    Kind    `json:"kind"`
	Label   string  `json:"label"`
	StartMS float64 `json:"start_ms"`
	EndMS   float64 `json:"end_ms"`
	Failed  bool    `json:"failed,omitempty"`
	Detail  string  `json:"detail,omitempty"` // the error, or the answer

	// Of a Call only.
	To      string `json:"to,omitempty"`      // the callee; Lane is the caller
	Fate    Fate   `json:"fate,omitempty"`    // empty: it went through undisturbed
	Request string `json:"request,omitempty"` // as JSON, if the service is known
	Answer  string `json:"answer,omitempty"`
}

// Fate says what a fault did to a call.
type Fate string

// Fates of a call.
const (
	Held       Fate = "held"        // kept on the line for a while, or dropped after that
	CallLost   Fate = "call lost"   // it never reached the callee
	AnswerLost Fate = "answer lost" // the callee answered, the caller did not hear it
	Open       Fate = "open"        // not over when the check was
)

// Recorder collects events. It is safe for goroutines, and a nil Recorder records nothing.
type Recorder struct {
	began time.Time
	mu    sync.Mutex
	next  int
	open  map[int]Event
	done  []Event
}

// NewRecorder returns a Recorder whose time starts now.
func NewRecorder() *Recorder {
	return &Recorder{began: time.Now(), open: map[int]Event{}}
}

// Request begins a request on a lane; call the returned function with the outcome.
func (r *Recorder) Request(lane, label string) func(detail string, err error) {
	if r == nil {
		return func(string, error) {}
	}
	id := r.begin(Event{Lane: lane, Kind: Request, Label: label})
	return func(detail string, err error) {
		if err != nil && detail == "" {
			detail = err.Error()
		}
		r.end(id, detail, err != nil)
	}
}

// Requested records a request that is over.
func (r *Recorder) Requested(lane, label, detail string, begin, end time.Time, failed bool) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done = append(r.done, Event{
		Lane: lane, Kind: Request, Label: label, StartMS: r.since(begin), EndMS: r.since(end), Failed: failed, Detail: detail,
	})
}

// Fault begins a fault on a lane; the returned function heals it. Healing twice is harmless.
func (r *Recorder) Fault(lane, label string) (heal func()) {
	if r == nil {
		return func() {}
	}
	id := r.begin(Event{Lane: lane, Kind: Fault, Label: label})
	return func() { r.end(id, "", false) }
}

// Stopped marks the moment at which a service ended (killed, stopped, exited by itself).
func (r *Recorder) Stopped(lane, label string) { r.moment(lane, Stop, label) }

// Restarted marks the moment at which a service was ready again.
func (r *Recorder) Restarted(lane, label string) { r.moment(lane, Restart, label) }

// Note marks a moment worth seeing that is none of the others.
func (r *Recorder) Note(lane, label string) { r.moment(lane, Note, label) }

// Events returns all events so far by start; what is still open ends now.
func (r *Recorder) Events() []Event {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	events := slices.Clone(r.done)
	for _, e := range r.open {
		e.EndMS = now
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b Event) int {
		switch {
		case a.StartMS < b.StartMS:
			return -1
		case a.StartMS > b.StartMS:
			return 1
		}
		return 0
	})
	return events
}

func (r *Recorder) moment(lane string, kind Kind, label string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	r.done = append(r.done, Event{Lane: lane, Kind: kind, Label: label, StartMS: now, EndMS: now})
}

func (r *Recorder) begin(e Event) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.StartMS = r.now()
	r.next++
	r.open[r.next] = e
	return r.next
}

func (r *Recorder) end(id int, detail string, failed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.open[id]
	if !ok {
		return
	}
	delete(r.open, id)
	e.EndMS, e.Detail, e.Failed = r.now(), detail, failed
	r.done = append(r.done, e)
}

func (r *Recorder) now() float64 { return r.since(time.Now()) }

func (r *Recorder) since(at time.Time) float64 {
	return float64(at.Sub(r.began).Microseconds()) / 1000
}
