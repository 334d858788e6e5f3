package fault

// An amqpChannel is what the link knows of one channel. All fields are guarded by conn.mu.
type amqpChannel struct {
	conn   *amqpConn
	number uint16

	// Of the publisher: the service counts what it publishes, the broker what reaches it.
	confirming        bool
	published, passed uint64
	renumbered        bool
	pending           map[uint64]*pending // by the broker's tag
	confirmed         uint64              // no pending tag is below
	publishBehind     []func()            // sent after the next publish

	// Of the consumer: the broker numbers what it delivers, the link what the service gets.
	queues         map[string]string // by consumer tag
	consuming      []string          // queues whose consumer tag the broker chooses
	getting        string
	delivered      uint64
	shifted        bool
	open           map[uint64]*delivery // by the service's tag
	settled        uint64               // no open tag is below
	deliveryBehind []func()
}

// pending is a publish that the broker has not confirmed.
type pending struct {
	message Message
	tag     uint64 // the service's
	copies  int    // that the broker has yet to confirm
}

// delivery is a message that the service has not settled.
type delivery struct {
	message        Message
	tag, brokerTag uint64 // the service's and the broker's
	copied         bool   // the second of two; the broker does not know it
}

func newAMQPChannel(c *amqpConn, number uint16) *amqpChannel {
	return &amqpChannel{
		conn: c, number: number, pending: map[uint64]*pending{}, queues: map[string]string{}, open: map[uint64]*delivery{},
	}
}

func (ch *amqpChannel) passage(point Point, message Message, tag uint64) Passage {
	return Passage{
		Link: ch.conn.link.name, Point: point, Message: message, Connection: ch.conn.id, Channel: ch.number, Tag: tag,
	}
}

// fromClient handles what the service sends.
func (c *amqpConn) fromClient(frame amqpFrame, message *content) error {
	ch := c.channel(frame.channel())
	switch m := frame.method(); m {
	case channelOpen:
		c.mu.Lock()
		c.channels[frame.channel()] = newAMQPChannel(c, frame.channel())
		c.mu.Unlock()
	case confirmSelect:
		c.mu.Lock()
		ch.confirming = true
		c.mu.Unlock()
	case basicConsume:
		args := fields{data: frame.arguments()}
		args.short()
		queue, tag := args.shortstr(), args.shortstr()
		c.mu.Lock()
		if tag == "" {
			ch.consuming = append(ch.consuming, queue)
		} else {
			ch.queues[tag] = queue
		}
		c.mu.Unlock()
	case basicGet:
		args := fields{data: frame.arguments()}
		args.short()
		c.mu.Lock()
		ch.getting = args.shortstr()
		c.mu.Unlock()
	case basicPublish:
		return ch.publish(message)
	case basicAck, basicReject, basicNack:
		return ch.settle(frame)
	}
	return c.toBroker.frames(false, frame)
}

// fromBroker handles what the broker sends.
func (c *amqpConn) fromBroker(frame amqpFrame, message *content) error {
	ch := c.channel(frame.channel())
	switch frame.method() {
	case basicConsumeOK:
		args := fields{data: frame.arguments()}
		tag := args.shortstr()
		c.mu.Lock()
		if _, known := ch.queues[tag]; !known && len(ch.consuming) > 0 {
			ch.queues[tag], ch.consuming = ch.consuming[0], ch.consuming[1:]
		}
		c.mu.Unlock()
	case basicAck, basicNack:
		return ch.confirm(frame)
	case basicReturn:
		args := fields{data: frame.arguments()}
		args.short()
		args.shortstr()
		returned := read(message)
		returned.Exchange, returned.RoutingKey, returned.Mandatory = args.shortstr(), args.shortstr(), true
		c.link.note(ch.passage(Return, returned, 0))
		return c.toClient.frames(false, message.frames...)
	case basicDeliver, basicGetOK:
		return ch.deliver(message)
	}
	return c.toClient.frames(false, frame)
}

// read takes the properties and the body out of a message.
func read(c *content) Message {
	message := Message{Body: c.body()}
	properties(c.frames[1].payload(), &message)
	return message
}
