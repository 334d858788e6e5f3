package fault

import (
	"bufio"
	"encoding/binary"
)

// publish handles a message that the service publishes.
func (ch *amqpChannel) publish(c *content) error {
	args := fields{data: c.frames[0].arguments()}
	args.short()
	message := read(c)
	message.Exchange, message.RoutingKey, message.Mandatory = args.shortstr(), args.shortstr(), args.octet()&1 != 0
	conn := ch.conn
	conn.mu.Lock()
	var tag uint64
	if ch.confirming {
		ch.published++
		tag = ch.published
	}
	behind := ch.publishBehind
	ch.publishBehind = nil
	conn.mu.Unlock()
	p := ch.passage(Publish, message, tag)
	err := ch.publishUnder(conn.link.catch(p), p, c)
	for _, send := range behind {
		send()
	}
	return err
}

func (ch *amqpChannel) publishUnder(rule *MessageRule, p Passage, c *content) error {
	conn := ch.conn
	send := func(copies int, flush bool) error { return ch.forward(p, c, copies, flush) }
	if rule == nil {
		conn.link.note(p)
		return send(1, false)
	}
	if rule.action == hold {
		conn.holding(+1)
		kept := rule.hold.keep(p,
			func() { _ = send(1, true); conn.holding(-1) },
			func() { conn.holding(-1) })
		if !kept {
			conn.holding(-1)
			conn.link.note(p)
			return send(1, false)
		}
		p.Fate = "held"
		conn.link.note(p)
		return nil
	}
	var err error
	switch rule.action {
	case duplicate:
		p.Fate = "duplicated"
		err = send(2, false)
	case reorder:
		p.Fate = "reordered"
		conn.mu.Lock()
		ch.publishBehind = append(ch.publishBehind, func() { _ = send(1, false) })
		conn.mu.Unlock()
	case bounce:
		p.Fate = "returned"
		err = ch.giveBack(p, c)
	case refuse:
		p.Fate = "nacked"
		err = conn.toClient.frames(true, settleFrame(ch.number, basicNack, p.Tag, 0))
	default:
		p.Fate = "dropped"
	}
	conn.link.acted(p)
	return err
}

// forward sends the message to the broker and expects the confirms of it. The broker counts in the order of the writes.
func (ch *amqpChannel) forward(p Passage, c *content, copies int, flush bool) error {
	conn := ch.conn
	expected := &pending{message: p.Message, tag: p.Tag, copies: copies}
	return conn.toBroker.write(func(w *bufio.Writer) {
		for range copies {
			if p.Tag > 0 {
				conn.mu.Lock()
				ch.passed++
				ch.pending[ch.passed] = expected
				ch.renumbered = ch.renumbered || ch.passed != p.Tag
				conn.mu.Unlock()
			}
			for _, f := range c.frames {
				_, _ = w.Write(f.raw)
			}
		}
	}, flush)
}

// giveBack returns a message as the broker does when no queue is bound for it, and confirms it.
func (ch *amqpChannel) giveBack(p Passage, c *content) error {
	args := binary.BigEndian.AppendUint16(nil, 312)
	for _, text := range []string{"NO_ROUTE", p.Message.Exchange, p.Message.RoutingKey} {
		args = append(append(args, byte(len(text))), text...)
	}
	frames := append([]amqpFrame{methodFrame(ch.number, basicReturn, args)}, c.frames[1:]...)
	if p.Tag > 0 {
		frames = append(frames, settleFrame(ch.number, basicAck, p.Tag, 0))
	}
	ch.conn.link.note(ch.passage(Return, p.Message, p.Tag))
	return ch.conn.toClient.frames(true, frames...)
}

// confirm handles the broker's ack or nack of one publish or of all up to one.
func (ch *amqpChannel) confirm(frame amqpFrame) error {
	conn := ch.conn
	args := fields{data: frame.arguments()}
	last, multiple := args.longlong(), args.octet()&1 != 0
	m := frame.method()
	conn.mu.Lock()
	whole := !ch.renumbered
	confirmed := ch.takePending(last, multiple)
	conn.mu.Unlock()
	var frames []amqpFrame
	for _, one := range confirmed {
		p := ch.passage(Confirm, one.message, one.tag)
		p.Negative = m == basicNack
		settle := settleFrame(ch.number, m, one.tag, 0)
		send := func() { _ = conn.toClient.frames(true, settle) }
		rule := conn.link.catch(p)
		switch {
		case rule == nil:
			frames = append(frames, settle)
			conn.link.note(p)
		case rule.action == hold && rule.hold.keep(p, send, func() {}):
			whole, p.Fate = ch.withhold(), "held"
			conn.link.note(p)
		case rule.action == drop:
			whole, p.Fate = ch.withhold(), "dropped"
			conn.link.acted(p)
		default:
			frames = append(frames, settle)
			conn.link.note(p)
		}
	}
	if whole {
		return conn.toClient.frames(false, frame)
	}
	return conn.toClient.frames(false, frames...)
}

// withhold notes that the service lacks a confirm: from now on no confirm of several may pass as it is, because it would be one of that
// message too. It returns false.
func (ch *amqpChannel) withhold() bool {
	ch.conn.mu.Lock()
	defer ch.conn.mu.Unlock()
	ch.renumbered = true
	return false
}

// takePending returns the publishes that a confirm ends. conn.mu is held.
func (ch *amqpChannel) takePending(last uint64, multiple bool) []*pending {
	first := last
	if multiple {
		first = ch.confirmed + 1
	}
	var ended []*pending
	for tag := first; tag <= last; tag++ {
		one := ch.pending[tag]
		if one == nil {
			continue
		}
		delete(ch.pending, tag)
		if one.copies--; one.copies == 0 {
			ended = append(ended, one)
		}
	}
	if multiple {
		ch.confirmed = max(ch.confirmed, last)
	}
	return ended
}
