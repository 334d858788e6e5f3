package fault

import "time"

// Event is one thing that was done to the system or that it did: what the timeline draws.
type Event struct {
	At time.Time `json:"at"`
	// Source is a service ("order") or a link ("order->wallet").
	Source string `json:"source"`
	// Kind is one of the Kind constants.
	Kind   string `json:"kind"`
	Detail string `json:"detail,omitempty"`
}

// Kinds of events. Those of links are ended by KindHeal, KindRelease or KindDrop.
const (
	KindCut     = "cut"
	KindFreeze  = "freeze"
	KindHeal    = "heal"
	KindDelay   = "delay"
	KindReset   = "reset"
	KindHeld    = "held"
	KindRelease = "release"
	KindDrop    = "drop"
	KindFail    = "fail"

	KindStart  = "start"
	KindReady  = "ready"
	KindKill   = "kill"
	KindStop   = "stop"
	KindPause  = "pause"
	KindResume = "resume"
	KindExit   = "exit"
)

// Sink takes events; it may be nil and is called from many goroutines.
type Sink func(Event)

// Emit stamps the event with the present time and hands it on.
func (s Sink) Emit(source, kind, detail string) {
	if s != nil {
		s(Event{At: time.Now(), Source: source, Kind: kind, Detail: detail})
	}
}
