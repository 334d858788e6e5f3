// Package stall measures how much time the machine did not give to this program and its children: because it stood still (Ctrl-Z, a
// suspended laptop, a paused virtual machine), or because other programs used the processors. A limit in given time is fair on every
// machine.
package stall

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	beat   = 20 * time.Millisecond  // between two looks at the clock
	window = 200 * time.Millisecond // between two looks at the pressure

	// pressureShare is how much of the time in which some program waited for a processor counts as not given.
	pressureShare = 0.5

	// mostStretch bounds a limit in given time: after so many times the limit by the clock it is over in any case.
	mostStretch = 6

	// Still is from when on a gap between two beats means that the machine stood still, and not that it was busy.
	Still = 1500 * time.Millisecond
)

// Probe measures from Start to Stop. It is safe for goroutines.
type Probe struct {
	stop     chan struct{}
	pressure func() time.Duration // time so far in which some program waited for a processor
	now      func() time.Time

	mu      sync.Mutex
	last    time.Time     // the last beat
	lost    time.Duration // of the windows before the present one
	late    time.Duration // by which beats of the present window came too late
	opened  time.Time     // when the present window began
	waited  time.Duration // pressure when the present window began
	longest time.Duration
}

// Start begins to measure.
func Start() *Probe {
	p := newProbe(cpuPressure, time.Now)
	go p.run()
	return p
}

func newProbe(pressure func() time.Duration, now func() time.Time) *Probe {
	at := now()
	return &Probe{stop: make(chan struct{}), pressure: pressure, now: now, last: at, opened: at, waited: pressure()}
}

// Stop ends the measurement; what was measured can still be read.
func (p *Probe) Stop() { close(p.stop) }

func (p *Probe) run() {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
			p.look()
		}
	}
}

// look compares the time since the last beat with what it should be. The monotonic clock may stand still while the machine is suspended,
// and the wall clock never does.
func (p *Probe) look() {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	monotonic, wall := now.Sub(p.last), now.Round(0).Sub(p.last.Round(0))
	p.last = now
	if over := monotonic - beat; over > beat {
		p.late += over
	}
	p.longest = max(p.longest, max(monotonic, wall)-beat)
	if now.Sub(p.opened) < window {
		return
	}
	waited := p.pressure()
	p.lost += max(p.late, time.Duration(pressureShare*float64(waited-p.waited)))
	p.late, p.waited, p.opened = 0, waited, now
}

// Longest is the longest time for which the machine stood still.
func (p *Probe) Longest() time.Duration {
	p.look()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.longest
}

// Mark is a moment from which given time is counted.
type Mark struct {
	at   time.Time
	lost time.Duration
}

// Mark returns the present moment.
func (p *Probe) Mark() Mark {
	p.look()
	p.mu.Lock()
	defer p.mu.Unlock()
	return Mark{at: p.now(), lost: p.lost + p.late}
}

// Given is how much time the machine gave since the mark.
func (p *Probe) Given(since Mark) time.Duration {
	p.look()
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, p.now().Sub(since.at)-(p.lost+p.late-since.lost))
}

// ErrTooBusy is the cause of a context that ended although the machine had not given the time of its limit.
var ErrTooBusy = errors.New("the machine is too busy")

// Context returns a context that ends with cause when the machine has given so much time, and with ErrTooBusy after six times of it.
func (p *Probe) Context(parent context.Context, limit time.Duration, cause error) (context.Context, context.CancelFunc) {
	hard, release := context.WithTimeoutCause(parent, mostStretch*limit, ErrTooBusy)
	ctx, cancel := context.WithCancelCause(hard)
	mark := p.Mark()
	go func() {
		for rest := limit; rest > 0; rest = limit - p.Given(mark) {
			timer := time.NewTimer(rest)
			select {
			case <-timer.C:
			case <-ctx.Done():
				timer.Stop()
				return
			}
		}
		cancel(cause)
	}()
	return ctx, func() { cancel(context.Canceled); release() }
}
