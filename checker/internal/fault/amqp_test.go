package fault

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"stagecraft/checker/internal/infra"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const patience = 10 * time.Second

// brokerLink is a link to a real broker, with a vhost of its own.
type brokerLink struct {
	*AMQPLink
	t             *testing.T
	direct, proxy string // URLs past the link and over it
	events        *events
}

type events struct {
	mu  sync.Mutex
	all []Event
}

func (e *events) add(event Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, event)
}

func (e *events) kinds() (kinds []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, event := range e.all {
		kinds = append(kinds, event.Kind)
	}
	return kinds
}

func toBroker(t *testing.T) *brokerLink {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a broker")
	}
	servers, err := infra.Ensure(t.Context(), "../../..", infra.Need{RabbitMQ: true}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	lease, err := servers.Lease(t.Context(), infra.LeaseSpec{Vhost: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = lease.Close(context.Background()) })
	address, err := url.Parse(lease.AMQPURL)
	require.NoError(t, err)
	seen := new(events)
	link, err := NewAMQPLink("order->rabbitmq", "127.0.0.1:0", address.Host, seen.add)
	require.NoError(t, err)
	t.Cleanup(link.Close)
	through := *address
	through.Host = link.Addr()
	return &brokerLink{AMQPLink: link, t: t, direct: lease.AMQPURL, proxy: through.String(), events: seen}
}

func (b *brokerLink) channel(address string) *amqp.Channel {
	b.t.Helper()
	conn, err := amqp.DialConfig(address, amqp.Config{Heartbeat: time.Second, Dial: amqp.DefaultDial(5 * time.Second)})
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = conn.Close() })
	ch, err := conn.Channel()
	require.NoError(b.t, err)
	return ch
}

// publisher is a channel over the link in confirm mode, and a queue that takes all of "shop".
func (b *brokerLink) publisher() *amqp.Channel {
	b.t.Helper()
	ch := b.channel(b.proxy)
	require.NoError(b.t, ch.Confirm(false))
	require.NoError(b.t, ch.ExchangeDeclare("shop", "topic", true, false, false, false, nil))
	_, err := ch.QueueDeclare("all", true, false, false, false, nil)
	require.NoError(b.t, err)
	require.NoError(b.t, ch.QueueBind("all", "#", "shop", false, nil))
	return ch
}

func (b *brokerLink) publish(ch *amqp.Channel, id string) *amqp.DeferredConfirmation {
	b.t.Helper()
	confirmation, err := ch.PublishWithDeferredConfirmWithContext(b.t.Context(), "shop", "wallet.balance.deduct", true, false, amqp.Publishing{
		MessageId: id, Type: "wallet.balance.deduct", DeliveryMode: amqp.Persistent, CorrelationId: "c-" + id, Timestamp: time.Unix(1000, 0),
		Headers: amqp.Table{"event_version": int32(2), "aggregate_id": "a-" + id, "nested": amqp.Table{"x": []any{true, nil, 1.5, []byte("b")}}},
		Body:    []byte(`{"n":"` + id + `"}`),
	})
	require.NoError(b.t, err)
	return confirmation
}

func (b *brokerLink) confirmed(c *amqp.DeferredConfirmation) bool {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	ok, err := c.WaitContext(ctx)
	require.NoError(b.t, err, "no confirm came")
	return ok
}

func (b *brokerLink) held(h *MessageHold) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	require.NoError(b.t, h.Wait(ctx), "the message never arrived")
}

// queued takes all messages out of the queue, past the link, when there are n of them.
func (b *brokerLink) queued(n int) (ids []string) {
	b.t.Helper()
	ch := b.channel(b.direct)
	require.Eventually(b.t, func() bool {
		message, ok, err := ch.Get("all", true)
		require.NoError(b.t, err)
		if ok {
			ids = append(ids, message.MessageId)
		}
		return !ok && len(ids) >= n
	}, patience, time.Millisecond)
	return ids
}

// consume consumes over the link without automatic acks.
func (b *brokerLink) consume(prefetch int) (*amqp.Channel, <-chan amqp.Delivery) {
	b.t.Helper()
	ch := b.channel(b.proxy)
	require.NoError(b.t, ch.Qos(prefetch, 0, false))
	deliveries, err := ch.Consume("all", "", false, false, false, false, nil)
	require.NoError(b.t, err)
	return ch, deliveries
}

func (b *brokerLink) next(deliveries <-chan amqp.Delivery) amqp.Delivery {
	b.t.Helper()
	select {
	case d, ok := <-deliveries:
		require.True(b.t, ok, "the channel is closed")
		return d
	case <-time.After(patience):
		require.FailNow(b.t, "nothing was delivered")
		return amqp.Delivery{}
	}
}

func TestAMQPLink_NoRules_PassesAndRecords(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	require.True(t, b.confirmed(b.publish(ch, "m1")))
	_, deliveries := b.consume(10)
	d := b.next(deliveries)
	require.Equal(t, "m1", d.MessageId)
	require.Equal(t, int32(2), d.Headers["event_version"])
	require.NoError(t, d.Ack(false))
	require.Eventually(t, func() bool { return len(b.Passages(Ack, Match{})) == 1 }, patience, time.Millisecond)

	var points []Point
	for _, p := range b.Passages("", ID("m1")) {
		points = append(points, p.Point)
		assert.Equal(t, "wallet.balance.deduct", p.Message.RoutingKey)
		assert.Equal(t, "shop", p.Message.Exchange)
		assert.Equal(t, "a-m1", p.Message.Headers["aggregate_id"])
		assert.Equal(t, "c-m1", p.Message.CorrelationID)
		assert.Equal(t, time.Unix(1000, 0), p.Message.Timestamp)
		assert.True(t, p.Message.Persistent)
		assert.Equal(t, `{"n":"m1"}`, string(p.Message.Body))
	}
	require.Equal(t, []Point{Publish, Confirm, Delivery, Ack}, points)
	require.Equal(t, "all", b.Passages(Delivery, Match{})[0].Message.Queue)
}

func TestAMQPLink_HeldPublish_OthersPassAndHeartbeatsToo(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	hold := b.HoldPublish(Key("wallet.balance.deduct"), 2)
	first, second, third := b.publish(ch, "m1"), b.publish(ch, "m2"), b.publish(ch, "m3")
	b.held(hold)
	require.Equal(t, "m2", hold.Passage().Message.ID)
	require.True(t, b.confirmed(first))
	require.True(t, b.confirmed(third))
	require.False(t, second.Acked())
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	select {
	case err := <-closed:
		require.NoError(t, err, "heartbeats are every second")
	case <-time.After(3500 * time.Millisecond):
	}
	hold.Release()
	require.True(t, b.confirmed(second))
	require.Equal(t, []string{"m1", "m3", "m2"}, b.queued(3))
	require.Equal(t, []string{KindHeld, KindRelease}, b.events.kinds())
}

func TestAMQPLink_PublisherDiesWhileItsMessageIsHeld_MessageStillArrives(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	hold := b.HoldPublish(ID("m1"), 1)
	b.publish(ch, "m1")
	b.held(hold)
	b.breakClients()
	require.Empty(t, b.queued(0))
	hold.Release()
	require.Equal(t, []string{"m1"}, b.queued(1))
	require.Eventually(t, func() bool { return b.Connections() == 0 }, patience, time.Millisecond)
}

// breakClients ends the service's side of all connections, as a kill does.
func (b *brokerLink) breakClients() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.conns {
		_ = c.client.Close()
	}
}

func TestAMQPLink_DroppedPublish_IsNotConfirmedAndLaterOnesAre(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	rule := b.DropPublish(ID("m1"), 0)
	first, second := b.publish(ch, "m1"), b.publish(ch, "m2")
	require.True(t, b.confirmed(second))
	require.False(t, first.Acked())
	require.Equal(t, 1, rule.Hits())
	require.Equal(t, []string{"m2"}, b.queued(1))
}

func TestAMQPLink_DuplicatedPublish_IsConfirmedOnce(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	b.DuplicatePublish(ID("m1"), 1)
	confirms := ch.NotifyPublish(make(chan amqp.Confirmation, 10))
	b.publish(ch, "m1")
	require.True(t, b.confirmed(b.publish(ch, "m2")))
	require.Equal(t, amqp.Confirmation{DeliveryTag: 1, Ack: true}, <-confirms)
	require.Equal(t, amqp.Confirmation{DeliveryTag: 2, Ack: true}, <-confirms)
	require.Equal(t, []string{"m1", "m1", "m2"}, b.queued(3))
}

func TestAMQPLink_ReorderedPublish_FollowsTheNext(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	b.ReorderPublish(ID("m1"), 1)
	first, second := b.publish(ch, "m1"), b.publish(ch, "m2")
	require.True(t, b.confirmed(first))
	require.True(t, b.confirmed(second))
	require.Equal(t, []string{"m2", "m1"}, b.queued(2))
}

func TestAMQPLink_Confirm_HeldAndDropped(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	hold := b.HoldConfirm(ID("m2"), 1)
	b.DropConfirm(ID("m3"), 1)
	var confirms []*amqp.DeferredConfirmation
	for n := range 5 { // in one go, so that the broker confirms several at once
		confirms = append(confirms, b.publish(ch, fmt.Sprintf("m%d", n)))
	}
	b.held(hold)
	for _, n := range []int{0, 1, 4} {
		require.True(t, b.confirmed(confirms[n]), "m%d", n)
	}
	require.False(t, confirms[2].Acked())
	require.False(t, confirms[3].Acked())
	hold.Release()
	require.True(t, b.confirmed(confirms[2]))
	require.False(t, confirms[3].Acked())
	require.Len(t, b.queued(5), 5)
}

func TestAMQPLink_PublishReturnedAndNacked(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	returns := ch.NotifyReturn(make(chan amqp.Return, 1))
	b.ReturnPublish(ID("m1"), 0)
	b.NackPublish(ID("m2"), 0)
	require.True(t, b.confirmed(b.publish(ch, "m1")), "the broker confirms what it returns")
	returned := <-returns
	require.Equal(t, "m1", returned.MessageId)
	require.EqualValues(t, amqp.NoRoute, returned.ReplyCode)
	require.Equal(t, "wallet.balance.deduct", returned.RoutingKey)
	require.False(t, b.confirmed(b.publish(ch, "m2")))
	require.True(t, b.confirmed(b.publish(ch, "m3")))
	require.Equal(t, []string{"m3"}, b.queued(1))
}

func TestAMQPLink_Delivery_HeldDroppedDuplicatedReordered(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	hold := b.HoldDelivery(ID("m0"), 1)
	b.DropDelivery(ID("m1"), 1)
	b.DuplicateDelivery(ID("m2"), 1)
	b.ReorderDelivery(ID("m3"), 1)
	consumer, deliveries := b.consume(100)
	for n := range 5 {
		require.True(t, b.confirmed(b.publish(ch, fmt.Sprintf("m%d", n))))
	}
	b.held(hold)
	var got []string
	for range 4 {
		d := b.next(deliveries)
		got = append(got, d.MessageId)
		require.NoError(t, d.Ack(false))
	}
	require.Equal(t, []string{"m2", "m2", "m4", "m3"}, got)
	hold.Release()
	d := b.next(deliveries)
	require.Equal(t, "m0", d.MessageId)
	require.NoError(t, d.Ack(false))
	require.Eventually(t, func() bool { return len(b.Passages(Ack, ID("m0"))) == 1 }, patience, time.Millisecond)
	require.NoError(t, consumer.Close(), "the broker accepts all acks")
	require.Equal(t, []string{"m1"}, b.queued(1), "only what the consumer never saw is in the queue again")
}

func TestAMQPLink_AckOfSeveral_EndsWhatTheConsumerSaw(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	b.DropDelivery(ID("m1"), 1)
	consumer, deliveries := b.consume(100)
	for n := range 4 {
		require.True(t, b.confirmed(b.publish(ch, fmt.Sprintf("m%d", n))))
	}
	b.next(deliveries)
	b.next(deliveries)
	require.NoError(t, b.next(deliveries).Ack(true))
	require.Eventually(t, func() bool { return len(b.Passages(Ack, Match{})) == 3 }, patience, time.Millisecond)
	require.NoError(t, consumer.Close())
	require.Equal(t, []string{"m1"}, b.queued(1))
}

func TestAMQPLink_Ack_HeldAndDropped(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	hold := b.HoldAck(ID("m0"), 1)
	b.DropAck(ID("m1"), 1)
	consumer, deliveries := b.consume(100)
	for n := range 3 {
		require.True(t, b.confirmed(b.publish(ch, fmt.Sprintf("m%d", n))))
		d := b.next(deliveries)
		if n == 2 {
			require.NoError(t, d.Reject(false))
			continue
		}
		require.NoError(t, d.Ack(false))
	}
	b.held(hold)
	require.Eventually(t, func() bool { return len(b.Passages(Ack, Match{Negative: true})) == 1 }, patience, time.Millisecond)
	hold.Release()
	require.NoError(t, consumer.Close())
	require.Equal(t, []string{"m1"}, b.queued(1))
}

func TestAMQPLink_DeliverySettledTwice_ClosesTheChannel(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	consumer, deliveries := b.consume(100)
	closed := consumer.NotifyClose(make(chan *amqp.Error, 1))
	require.True(t, b.confirmed(b.publish(ch, "m1")))
	d := b.next(deliveries)
	require.NoError(t, d.Ack(false))
	require.NoError(t, d.Ack(false))
	select {
	case err := <-closed:
		require.EqualValues(t, amqp.PreconditionFailed, err.Code)
	case <-time.After(patience):
		require.FailNow(t, "the broker must see the mistake")
	}
}

func TestAMQPLink_CutFreezeHeal(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	require.True(t, b.confirmed(b.publish(ch, "m1")))
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	b.Cut()
	require.Error(t, <-closed)
	_, err := amqp.Dial(b.proxy)
	require.ErrorContains(t, err, "refused")
	require.NoError(t, b.Heal())

	ch = b.publisher()
	closed = ch.NotifyClose(make(chan *amqp.Error, 1))
	b.Freeze()
	frozen := b.publish(ch, "m2")
	began := time.Now()
	require.Error(t, <-closed, "only a missed heartbeat tells")
	require.Greater(t, time.Since(began), 900*time.Millisecond)
	require.False(t, frozen.Acked())
	_, err = amqp.DialConfig(b.proxy, amqp.Config{Dial: amqp.DefaultDial(300 * time.Millisecond)})
	require.ErrorContains(t, err, "timeout", "accepted, not answered")
	require.NoError(t, b.Heal())
	require.True(t, b.confirmed(b.publish(b.publisher(), "m3")))
	require.Equal(t, []string{KindCut, KindHeal, KindFreeze, KindHeal}, b.events.kinds())
}

func TestAMQPLink_FrozenForAMoment_LosesNothing(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	ch := b.publisher()
	b.Freeze()
	confirmation := b.publish(ch, "m1")
	select {
	case <-confirmation.Done():
		require.FailNow(t, "nothing may pass")
	case <-time.After(300 * time.Millisecond):
	}
	require.NoError(t, b.Heal())
	require.True(t, b.confirmed(confirmation))
}

func TestAMQPLink_BodiesOfSeveralFramesOnSeveralChannels_ArriveWhole(t *testing.T) {
	t.Parallel()
	b := toBroker(t)
	first := b.publisher()
	hold := b.HoldPublish(ID("big-0-0"), 1)
	conn, err := amqp.DialConfig(b.proxy, amqp.Config{FrameSize: 4096, Dial: amqp.DefaultDial(5 * time.Second)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	body := strings.Repeat("0123456789abcdef", 20_000) // 320 kB
	var wait sync.WaitGroup
	for c := range 4 {
		wait.Go(func() {
			ch, err := conn.Channel()
			if !assert.NoError(t, err) || !assert.NoError(t, ch.Confirm(false)) {
				return
			}
			for n := range 5 {
				confirmation, err := ch.PublishWithDeferredConfirmWithContext(t.Context(), "shop", "k", true, false,
					amqp.Publishing{MessageId: fmt.Sprintf("big-%d-%d", c, n), Body: []byte(body)})
				if assert.NoError(t, err) && c+n > 0 {
					assert.True(t, confirmation.Wait())
				}
			}
		})
	}
	b.held(hold)
	wait.Wait()
	hold.Release()
	require.True(t, b.confirmed(b.publish(first, "small")))
	_, deliveries := b.consume(0)
	seen := map[string]bool{}
	for len(seen) < 21 {
		d := b.next(deliveries)
		seen[d.MessageId] = true
		if d.MessageId != "small" {
			require.Equal(t, len(body), len(d.Body))
			require.Equal(t, body, string(d.Body))
		}
	}
}

// The cost of the link: 10,000 messages with confirms in batches of 500, once past the link and once over it.
func TestAMQPLink_TenThousandMessagesWithConfirms_AllArrive(t *testing.T) {
	b := toBroker(t)
	b.publisher()
	const messages, batch = 10_000, 500
	run := func(address string) time.Duration {
		ch := b.channel(address)
		require.NoError(t, ch.Confirm(false))
		began := time.Now()
		for range messages / batch {
			var confirms []*amqp.DeferredConfirmation
			for n := range batch {
				confirms = append(confirms, b.publish(ch, fmt.Sprint(n)))
			}
			for _, c := range confirms {
				require.True(t, b.confirmed(c))
			}
		}
		return time.Since(began)
	}
	direct, over := run(b.direct), run(b.proxy)
	t.Logf("%d messages with confirms: direct %.0f/s, over the link %.0f/s (%.2f)", messages,
		messages/direct.Seconds(), messages/over.Seconds(), direct.Seconds()/over.Seconds())
	consumer := func(address string) time.Duration {
		ch := b.channel(address)
		require.NoError(t, ch.Qos(200, 0, false))
		deliveries, err := ch.Consume("all", "", false, false, false, false, nil)
		require.NoError(t, err)
		began := time.Now()
		for range messages {
			require.NoError(t, b.next(deliveries).Ack(false))
		}
		took := time.Since(began)
		require.NoError(t, ch.Close())
		return took
	}
	direct, over = consumer(b.direct), consumer(b.proxy)
	t.Logf("%d deliveries with acks: direct %.0f/s, over the link %.0f/s (%.2f)", messages,
		messages/direct.Seconds(), messages/over.Seconds(), direct.Seconds()/over.Seconds())
	require.Empty(t, b.queued(0))
	require.True(t, slices.IsSortedFunc(b.Passages(Publish, Match{}), func(x, y Passage) int { return x.At.Compare(y.At) }))
}
