package fault

import (
	"context"
	"sync"
)

// action is what a rule does with a message.
type action int

const (
	hold action = iota
	drop
	duplicate
	reorder // behind the next message at the same point
	bounce  // return as unroutable
	refuse  // nack
)

// MessageRule acts on the nth matching message that comes after the rule was made, or on all of them.
type MessageRule struct {
	link   *AMQPLink
	point  Point
	match  Match
	nth    int // 0: every one
	action action
	hold   *MessageHold

	// Guarded by link.mu.
	seen, hits int
}

// Hits returns how many messages the rule has acted on.
func (r *MessageRule) Hits() int {
	r.link.mu.Lock()
	defer r.link.mu.Unlock()
	return r.hits
}

// Remove takes the rule away; messages that it has caught stay caught.
func (r *MessageRule) Remove() { r.link.removeRule(r) }

// MessageHold keeps one message, its confirm, its delivery or its ack on the link until it is released or dropped. All others pass it.
type MessageHold struct {
	rule    *MessageRule
	arrived chan struct{}

	mu      sync.Mutex
	passage Passage
	caught  bool
	done    bool
	let     func() // sends what is held
	lose    func()
}

// Arrived is closed when the message is here and held.
func (h *MessageHold) Arrived() <-chan struct{} { return h.arrived }

// Wait returns when the message is here, or with the context's error.
func (h *MessageHold) Wait(ctx context.Context) error {
	select {
	case <-h.arrived:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Passage returns what is held; the zero Passage before it arrives.
func (h *MessageHold) Passage() Passage {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.passage
}

// Release sends the message on its way. If it has not come yet, it will not be held. A message for a connection that is gone is lost,
// except one that a service has published: it reaches the broker even when the service has died meanwhile.
func (h *MessageHold) Release() { h.decide(KindRelease, "released") }

// Drop loses the message.
func (h *MessageHold) Drop() { h.decide(KindDrop, "dropped") }

func (h *MessageHold) decide(kind, fate string) {
	h.mu.Lock()
	if h.done {
		h.mu.Unlock()
		return
	}
	h.done = true
	caught, passage, let, lose := h.caught, h.passage, h.let, h.lose
	h.mu.Unlock()
	h.rule.Remove()
	if !caught {
		return
	}
	link := h.rule.link
	link.sink.Emit(link.name, kind, string(passage.Point)+" "+passage.Message.Name())
	passage.Fate = fate
	if kind == KindDrop {
		lose()
	} else {
		let()
	}
	link.note(passage)
}

// keep holds a message; false when the hold was decided before it came.
func (h *MessageHold) keep(p Passage, let, lose func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.done {
		return false
	}
	h.passage, h.caught, h.let, h.lose = p, true, let, lose
	link := h.rule.link
	link.sink.Emit(link.name, KindHeld, string(p.Point)+" "+p.Message.Name())
	close(h.arrived)
	return true
}

// HoldPublish holds the nth matching message from now on (1 is the next) before the broker sees it.
func (l *AMQPLink) HoldPublish(match Match, nth int) *MessageHold {
	return l.holdAt(Publish, match, nth)
}

// HoldConfirm lets the broker take the nth matching message and holds its confirm.
func (l *AMQPLink) HoldConfirm(match Match, nth int) *MessageHold {
	return l.holdAt(Confirm, match, nth)
}

// HoldDelivery holds the nth matching message before the consumer sees it.
func (l *AMQPLink) HoldDelivery(match Match, nth int) *MessageHold {
	return l.holdAt(Delivery, match, nth)
}

// HoldAck holds the consumer's ack or reject of the nth matching message.
func (l *AMQPLink) HoldAck(match Match, nth int) *MessageHold { return l.holdAt(Ack, match, nth) }

// DropPublish loses the nth matching message (0: every one) before the broker sees it; no confirm follows.
func (l *AMQPLink) DropPublish(match Match, nth int) *MessageRule {
	return l.rule(Publish, match, nth, drop)
}

// DropConfirm loses the confirm of the nth matching message (0: every one), which the broker has taken.
func (l *AMQPLink) DropConfirm(match Match, nth int) *MessageRule {
	return l.rule(Confirm, match, nth, drop)
}

// DropDelivery loses the nth matching delivery (0: every one). The broker delivers it again when the connection is gone.
func (l *AMQPLink) DropDelivery(match Match, nth int) *MessageRule {
	return l.rule(Delivery, match, nth, drop)
}

// DropAck loses the consumer's ack or reject of the nth matching message (0: every one).
func (l *AMQPLink) DropAck(match Match, nth int) *MessageRule { return l.rule(Ack, match, nth, drop) }

// DuplicatePublish publishes the nth matching message (0: every one) twice; the service sees one confirm.
func (l *AMQPLink) DuplicatePublish(match Match, nth int) *MessageRule {
	return l.rule(Publish, match, nth, duplicate)
}

// DuplicateDelivery delivers the nth matching message (0: every one) twice. The ack of the first counts.
func (l *AMQPLink) DuplicateDelivery(match Match, nth int) *MessageRule {
	return l.rule(Delivery, match, nth, duplicate)
}

// ReorderPublish sends the nth matching message (0: every one) to the broker behind the next one of its channel.
func (l *AMQPLink) ReorderPublish(match Match, nth int) *MessageRule {
	return l.rule(Publish, match, nth, reorder)
}

// ReorderDelivery delivers the nth matching message (0: every one) behind the next one of its channel.
func (l *AMQPLink) ReorderDelivery(match Match, nth int) *MessageRule {
	return l.rule(Delivery, match, nth, reorder)
}

// ReturnPublish gives the nth matching message (0: every one) back as unroutable and confirms it, as the broker does with one that is
// mandatory and that no queue is bound for. The broker never sees it.
func (l *AMQPLink) ReturnPublish(match Match, nth int) *MessageRule {
	return l.rule(Publish, match, nth, bounce)
}

// NackPublish refuses the nth matching message (0: every one), as a full queue does. The broker never sees it.
func (l *AMQPLink) NackPublish(match Match, nth int) *MessageRule {
	return l.rule(Publish, match, nth, refuse)
}

func (l *AMQPLink) holdAt(point Point, match Match, nth int) *MessageHold {
	h := &MessageHold{arrived: make(chan struct{})}
	h.rule = l.addRule(&MessageRule{point: point, match: match, nth: max(nth, 1), action: hold, hold: h})
	return h
}

func (l *AMQPLink) rule(point Point, match Match, nth int, what action) *MessageRule {
	return l.addRule(&MessageRule{point: point, match: match, nth: nth, action: what})
}

// catch finds the rule that acts on a passage; nil for none. All rules count the message, the first that is due acts.
func (l *AMQPLink) catch(p Passage) *MessageRule {
	l.mu.Lock()
	defer l.mu.Unlock()
	var due *MessageRule
	for _, r := range l.rules {
		if r.point != p.Point || !r.match.matches(p) {
			continue
		}
		r.seen++
		if due == nil && (r.nth == 0 || r.nth == r.seen) {
			due = r
			r.hits++
		}
	}
	return due
}
