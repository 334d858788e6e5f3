package fault

import (
	"bufio"
	"encoding/binary"
	"slices"
)

// deliver handles a message that the broker delivers.
func (ch *amqpChannel) deliver(c *content) error {
	conn := ch.conn
	args := fields{data: c.frames[0].arguments()}
	message := read(c)
	at := headerSize + 4 // of the tag in the frame
	conn.mu.Lock()
	message.Queue = ch.getting
	if c.frames[0].method() == basicDeliver {
		consumer := args.shortstr()
		message.Queue = ch.queues[consumer]
		at += 1 + len(consumer)
	}
	behind := ch.deliveryBehind
	ch.deliveryBehind = nil
	conn.mu.Unlock()
	tag := args.longlong()
	message.Redelivered = args.octet()&1 != 0
	message.Exchange, message.RoutingKey = args.shortstr(), args.shortstr()
	p := ch.passage(Delivery, message, 0)
	err := ch.deliverUnder(conn.link.catch(p), p, c, delivered{tag: tag, at: at})
	for _, send := range behind {
		send()
	}
	return err
}

// unknownTag makes the broker close the channel, as it does when a delivery is settled twice.
const unknownTag = 1 << 62

// delivered is the broker's tag of a delivery and the place of the tag in the frame.
type delivered struct {
	tag uint64
	at  int
}

func (ch *amqpChannel) deliverUnder(rule *MessageRule, p Passage, c *content, d delivered) error {
	conn := ch.conn
	if rule == nil {
		return ch.hand(&p, c, d, false, false)
	}
	switch rule.action {
	case hold:
		held := p
		if !rule.hold.keep(p, func() { _ = ch.hand(&held, c, d, false, true) }, func() { ch.skip() }) {
			return ch.hand(&p, c, d, false, false)
		}
		p.Fate = "held"
		conn.link.note(p)
		return nil
	case duplicate:
		p.Fate = "duplicated"
		conn.link.emit(p)
		if err := ch.hand(&p, c, d, false, false); err != nil {
			return err
		}
		return ch.hand(&p, c, d, true, false)
	case reorder:
		p.Fate = "reordered"
		late := p
		conn.mu.Lock()
		ch.deliveryBehind = append(ch.deliveryBehind, func() { _ = ch.hand(&late, c, d, false, true) })
		conn.mu.Unlock()
		conn.link.emit(p)
		return nil
	default:
		p.Fate = "dropped"
		ch.skip()
		conn.link.acted(p)
		return nil
	}
}

// skip notes that the tags of the two sides differ from now on.
func (ch *amqpChannel) skip() {
	ch.conn.mu.Lock()
	defer ch.conn.mu.Unlock()
	ch.shifted = true
}

// hand gives a delivery to the service under the next tag of the service's count.
func (ch *amqpChannel) hand(p *Passage, c *content, d delivered, copied, flush bool) error {
	conn := ch.conn
	first := amqpFrame{slices.Clone(c.frames[0].raw)}
	return conn.toClient.write(func(w *bufio.Writer) {
		conn.mu.Lock()
		ch.delivered++
		p.Tag = ch.delivered
		ch.open[p.Tag] = &delivery{message: p.Message, tag: p.Tag, brokerTag: d.tag, copied: copied}
		ch.shifted = ch.shifted || p.Tag != d.tag
		conn.mu.Unlock()
		binary.BigEndian.PutUint64(first.raw[d.at:], p.Tag)
		if copied {
			first.raw[d.at+8] |= 1 // redelivered
		}
		conn.link.note(*p)
		_, _ = w.Write(first.raw)
		for _, f := range c.frames[1:] {
			_, _ = w.Write(f.raw)
		}
	}, flush)
}

// settle handles the service's ack or reject of one delivery or of all up to one.
func (ch *amqpChannel) settle(frame amqpFrame) error {
	conn := ch.conn
	args := fields{data: frame.arguments()}
	last, flags := args.longlong(), args.octet()
	m := frame.method()
	multiple := m != basicReject && flags&1 != 0
	requeue := m == basicReject && flags&1 != 0 || m == basicNack && flags&2 != 0
	conn.mu.Lock()
	whole := !ch.shifted
	settled := ch.takeOpen(last, multiple)
	conn.mu.Unlock()
	if len(settled) == 0 && !multiple {
		return conn.toBroker.frames(false, settleFrame(ch.number, m, unknownTag, flags))
	}
	var frames []amqpFrame
	for _, one := range settled {
		p := ch.passage(Ack, one.message, one.tag)
		p.Negative, p.Requeue = m != basicAck, requeue
		if one.copied {
			p.Fate = "of the duplicate"
			conn.link.note(p)
			continue
		}
		settle := settleFrame(ch.number, m, one.brokerTag, flags)
		if m != basicReject {
			settle = settleFrame(ch.number, m, one.brokerTag, flags&^1)
		}
		send := func() { _ = conn.toBroker.frames(true, settle) }
		rule := conn.link.catch(p)
		switch {
		case rule != nil && rule.action == hold && rule.hold.keep(p, send, func() {}):
			whole, p.Fate = false, "held"
			conn.link.note(p)
		case rule != nil && rule.action == drop:
			whole, p.Fate = false, "dropped"
			conn.link.acted(p)
		default:
			frames = append(frames, settle)
			conn.link.note(p)
		}
	}
	if whole {
		return conn.toBroker.frames(false, frame)
	}
	return conn.toBroker.frames(false, frames...)
}

// takeOpen returns the deliveries that an ack ends. conn.mu is held.
func (ch *amqpChannel) takeOpen(last uint64, multiple bool) []*delivery {
	if multiple && last == 0 {
		last = ch.delivered
	}
	first := last
	if multiple {
		first = ch.settled + 1
		ch.settled = max(ch.settled, last)
	}
	var ended []*delivery
	for tag := first; tag <= last; tag++ {
		if one := ch.open[tag]; one != nil {
			delete(ch.open, tag)
			ended = append(ended, one)
		}
	}
	return ended
}
