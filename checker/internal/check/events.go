package check

import (
	"fmt"
	"sync"

	"stagecraft/checker/internal/fault"
)

// FaultSink draws what the stack and its faults report onto the check's timeline.
func (t *T) FaultSink() fault.Sink {
	var mu sync.Mutex
	open := map[string]func(){}
	ended := map[string]bool{} // by us: the exit that follows is no news
	close := func(source string) {
		if heal := open[source]; heal != nil {
			heal()
			delete(open, source)
		}
	}
	return func(e fault.Event) {
		mu.Lock()
		defer mu.Unlock()
		label := e.Kind
		if e.Detail != "" {
			label = fmt.Sprintf("%s %s", e.Kind, e.Detail)
		}
		switch e.Kind {
		case fault.KindCut, fault.KindFreeze, fault.KindDelay, fault.KindReset, fault.KindHeld, fault.KindPause, fault.KindFail:
			close(e.Source)
			open[e.Source] = t.rec.Fault(e.Source, label)
			if e.Kind == fault.KindFail || e.Kind == fault.KindReset {
				close(e.Source) // a moment, not a window
			}
		case fault.KindHeal, fault.KindRelease, fault.KindDrop, fault.KindResume:
			close(e.Source)
		case fault.KindKill, fault.KindStop, fault.KindExit:
			close(e.Source)
			if e.Kind != fault.KindExit || !ended[e.Source] {
				t.rec.Stopped(e.Source, label)
			}
			ended[e.Source] = e.Kind != fault.KindExit
		case fault.KindReady:
			ended[e.Source] = false
			t.rec.Restarted(e.Source, label)
		}
	}
}
