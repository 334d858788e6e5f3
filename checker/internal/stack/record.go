package stack

import "time"

// Op is one operation that was asked of the system over HTTP, and what came of it.
type Op struct {
	// Kind is create_order, get_order, list_orders, top_up, adjust_stock, wallet, stock, entries, or "other".
	Kind string
	// Path is that of the request: /v1/orders/{id}.
	Path string
	// User asked for it; Key is the idempotency key, if any.
	User, Key string
	// Input is what was sent (nil for reads), Output the decoded data of the answer.
	Input, Output any
	Begin, End    time.Time
	// Status is the HTTP status, 0 if no answer came; Code the number in the envelope.
	Status, Code int
	// Err says why no answer came. The operation may have happened all the same.
	Err error
}

// Uncertain says that the one who asked cannot know whether it happened.
func (o Op) Uncertain() bool { return o.Err != nil || o.Status >= 500 }

// Recorder takes every finished operation, from many goroutines.
type Recorder interface{ Record(Op) }

// RecorderFunc is a function as a Recorder.
type RecorderFunc func(Op)

// Record calls f.
func (f RecorderFunc) Record(op Op) { f(op) }
