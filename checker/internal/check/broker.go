package check

import (
	"context"
	"errors"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"stagecraft/checker/internal/fault"
)

// shopExchange is where the services of the shop publish.
const shopExchange = "shop"

// Broker is the check's own view of the broker, past the links of the services. Faults of one service's messages are on Stack.Broker,
// faults of the whole broker on Stack.Brokers.
type Broker struct{ t *T }

// Broker is the broker of the check's lease; the check Needs RabbitMQ.
func (t *T) Broker() *Broker {
	if t.Lease().AMQPURL == "" {
		t.Unknown("the check asks for a broker that its Needs do not name")
	}
	return &Broker{t}
}

// Publish publishes messages, to the exchange shop when they name none, and waits for the confirms. One that no queue is bound for is an
// error.
func (b *Broker) Publish(messages ...fault.Message) error {
	return b.with(func(ch *amqp.Channel) error {
		if err := ch.Confirm(false); err != nil {
			return err
		}
		returned := ch.NotifyReturn(make(chan amqp.Return, len(messages)))
		for _, m := range messages {
			if m.Exchange == "" {
				m.Exchange = shopExchange
			}
			headers := amqp.Table{}
			for name, value := range m.Headers {
				if n, ok := value.(int); ok {
					value = int64(n)
				}
				headers[name] = value
			}
			confirmation, err := ch.PublishWithDeferredConfirmWithContext(b.t.ctx, m.Exchange, m.RoutingKey, true, false, amqp.Publishing{
				ContentType: "application/json", DeliveryMode: amqp.Persistent, MessageId: m.ID, Type: m.Type, CorrelationId: m.CorrelationID,
				Timestamp: m.Timestamp, Headers: headers, Body: m.Body,
			})
			if err != nil {
				return err
			}
			if ok, err := confirmation.WaitContext(b.t.ctx); err != nil || !ok {
				return errors.Join(err, fmt.Errorf("%s was not confirmed", m.Name()))
			}
		}
		select {
		case r := <-returned:
			return fmt.Errorf("no queue is bound for %s", r.RoutingKey)
		default:
			return nil
		}
	})
}

// Depth returns how many messages wait in a queue; those that a consumer holds do not count.
func (b *Broker) Depth(queue string) (int, error) {
	depth := 0
	err := b.with(func(ch *amqp.Channel) error {
		q, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
		depth = q.Messages
		return err
	})
	return depth, err
}

// Peek returns the messages that wait in a queue and leaves them there; the broker counts it as a delivery.
func (b *Broker) Peek(queue string) ([]fault.Message, error) { return b.get(queue, false) }

// Take takes the messages that wait in a queue out of it.
func (b *Broker) Take(queue string) ([]fault.Message, error) { return b.get(queue, true) }

// DeadLetters returns the messages that a queue has given up, from dlq.<queue>, and leaves them there.
func (b *Broker) DeadLetters(queue string) ([]fault.Message, error) { return b.Peek("dlq." + queue) }

func (b *Broker) get(queue string, take bool) (messages []fault.Message, err error) {
	err = b.with(func(ch *amqp.Channel) error {
		for {
			d, ok, err := ch.Get(queue, take)
			if err != nil || !ok {
				return err
			}
			messages = append(messages, received(d, queue))
		}
	})
	return messages, err
}

// AwaitQueue waits until a queue exists.
func (b *Broker) AwaitQueue(queue string, within time.Duration) {
	b.t.Eventually("the queue "+queue+" exists", within, func(context.Context) (string, bool) {
		_, err := b.Depth(queue)
		return fmt.Sprint(err), err == nil
	})
}

// AwaitDepth waits until so many messages wait in a queue.
func (b *Broker) AwaitDepth(queue string, want int, within time.Duration) {
	b.t.Eventually(fmt.Sprintf("%d messages wait in %s", want, queue), within, func(context.Context) (string, bool) {
		depth, err := b.Depth(queue)
		if err != nil {
			return err.Error(), false
		}
		return fmt.Sprintf("%d messages", depth), depth == want
	})
}

// AwaitDeadLetters waits until a queue has given up so many messages, and returns them.
func (b *Broker) AwaitDeadLetters(queue string, want int, within time.Duration) (messages []fault.Message) {
	b.t.Eventually(fmt.Sprintf("%d dead letters of %s", want, queue), within, func(context.Context) (string, bool) {
		var err error
		if messages, err = b.DeadLetters(queue); err != nil {
			return err.Error(), false
		}
		return fmt.Sprintf("%d dead letters", len(messages)), len(messages) == want
	})
	return messages
}

// Tap binds a queue of the check's own to the exchange shop by these routing keys, which may be patterns. Take or Peek its messages by the
// name that it returns. The exchange is declared as the services declare it.
func (b *Broker) Tap(keys ...string) (queue string, err error) {
	queue = fmt.Sprintf("tap.%d", b.t.taps.Add(1))
	return queue, b.with(func(ch *amqp.Channel) error {
		if err := ch.ExchangeDeclare(shopExchange, amqp.ExchangeTopic, true, false, false, false, nil); err != nil {
			return err
		}
		if _, err := ch.QueueDeclare(queue, true, false, false, false, nil); err != nil {
			return err
		}
		for _, key := range keys {
			if err := ch.QueueBind(queue, key, shopExchange, false, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// Kill ends the broker with SIGKILL; the check Needs OwnBroker. Two seconds must have passed since a quorum queue was declared.
func (b *Broker) Kill() {
	b.own()
	b.t.Ours("kill the broker", b.t.ownBroker.Kill())
	b.t.rec.Stopped("rabbitmq", "kill")
}

// Start starts a broker that was killed, and returns when it accepts connections.
func (b *Broker) Start() {
	b.own()
	b.t.Ours("start the broker", b.t.ownBroker.Start(b.t.ctx))
	b.t.rec.Restarted("rabbitmq", "ready")
}

// Freeze stops the broker's process until Thaw; the check Needs OwnBroker.
func (b *Broker) Freeze() (thaw func()) {
	b.own()
	b.t.Ours("freeze the broker", b.t.ownBroker.Freeze())
	healed := b.t.rec.Fault("rabbitmq", "freeze")
	return func() {
		b.t.Ours("thaw the broker", b.t.ownBroker.Thaw())
		healed()
	}
}

func (b *Broker) own() {
	b.t.proceed()
	if b.t.ownBroker == nil {
		b.t.Unknown("only a check with a broker of its own may kill it")
	}
}

// with opens a connection and a channel for do.
func (b *Broker) with(do func(*amqp.Channel) error) error {
	conn, err := amqp.DialConfig(b.t.Lease().AMQPURL, amqp.Config{Dial: amqp.DefaultDial(5 * time.Second)})
	if err != nil {
		return fmt.Errorf("connect to the broker: %w", err)
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	return do(ch)
}

func received(d amqp.Delivery, queue string) fault.Message {
	return fault.Message{
		Exchange: d.Exchange, RoutingKey: d.RoutingKey, Queue: queue, ID: d.MessageId, Type: d.Type, CorrelationID: d.CorrelationId,
		Timestamp: d.Timestamp, Headers: d.Headers, Body: d.Body, Persistent: d.DeliveryMode == amqp.Persistent, Redelivered: d.Redelivered,
	}
}
