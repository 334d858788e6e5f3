package rabbitmq_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/messaging"
	"shop/platform/rabbitmq"
	"shop/platform/rabbitmqtest"
)

func TestDeadLetter_PermanentError_CarriesTheMessageAndTheReason(t *testing.T) {
	t.Parallel()
	c, _ := consumer(func(context.Context, messaging.Message) error {
		return messaging.Permanent(errors.New("no such user, token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.hunter2 " + strings.Repeat("x", 5000)))
	})
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	m := message(kind)

	require.NoError(t, s.send(t, m))

	d := deadLetter(t, queue)
	assert.Equal(t, m.ID, d.MessageId)
	assert.Equal(t, m.CorrelationID, d.CorrelationId)
	assert.Equal(t, m.OccurredAt, d.Timestamp.UTC())
	assert.Equal(t, m.Payload, d.Body)
	assert.Equal(t, m.AggregateID, d.Headers["aggregate_id"])
	assert.Equal(t, "permanent", d.Headers["dead_reason"])
	assert.EqualValues(t, 1, d.Headers["dead_deliveries"])
	assert.Contains(t, d.Headers["dead_error"], "no such user")
	assert.NotContains(t, d.Headers["dead_error"], "hunter2")
	assert.Less(t, len(d.Headers["dead_error"].(string)), 3000, "all headers have to fit in a frame")
	assert.EqualValues(t, amqp.Persistent, d.DeliveryMode)
	assert.NotContains(t, d.Headers, "x-death", "the consumer has moved it, not the broker")
}

func TestDeadLetter_LastDeliveryFails_CarriesTheLastErrorAndTheCount(t *testing.T) {
	t.Parallel()
	c, calls := consumer(func(context.Context, messaging.Message) error { return errors.New("still locked") })
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)

	require.NoError(t, s.send(t, message(kind)))

	d := deadLetter(t, queue)
	assert.Equal(t, "delivery_limit", d.Headers["dead_reason"])
	assert.Contains(t, d.Headers["dead_error"], "still locked")
	assert.EqualValues(t, 6, d.Headers["dead_deliveries"])
	assert.Zero(t, d.Headers["x-delivery-count"], "the count of the queue in which it died must not go on")
	assert.Len(t, calls, 6)
}

// A process that dies with each delivery never moves the message itself.
func TestDeadLetter_ConsumerNeverAnswers_BrokerMovesTheMessage(t *testing.T) {
	t.Parallel()
	proxy := rabbitmqtest.NewProxy(t)
	c, _ := consumer(succeed)
	s := start(t, fastConfig(proxy.URL), c)
	require.NoError(t, s.stop(t.Context()))
	m := message(kind)
	other := start(t, fastConfig(rabbitmqtest.URL(t)))
	require.NoError(t, other.send(t, m))
	for range 6 {
		conn, err := amqp.Dial(rabbitmqtest.URL(t))
		require.NoError(t, err)
		ch, err := conn.Channel()
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			_, ok, err := ch.Get(queue, false)
			require.NoError(t, err)
			return ok
		}, patience, 5*time.Millisecond)
		require.NoError(t, conn.Close())
	}

	d := deadLetter(t, queue)

	assert.Equal(t, m.ID, d.MessageId)
	deaths := d.Headers["x-death"].([]any)
	require.Len(t, deaths, 1)
	assert.Equal(t, "delivery_limit", deaths[0].(amqp.Table)["reason"])
}

func TestDeadLetter_NoQueueOrFull_StaysInItsQueue(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]amqp.Table{
		"no queue": nil,
		"full":     {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := consumer(func(context.Context, messaging.Message) error { return messaging.Permanent(errors.New("broken")) })
			s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
			ch := broker(t)
			_, err := ch.QueueDelete(rabbitmq.DeadLetterQueue(queue), false, false, false)
			require.NoError(t, err)
			if arguments != nil {
				_, err := ch.QueueDeclare(rabbitmq.DeadLetterQueue(queue), true, false, false, false, arguments)
				require.NoError(t, err)
				require.NoError(t, ch.QueueBind(rabbitmq.DeadLetterQueue(queue), rabbitmq.DeadLetterQueue(queue),
					rabbitmq.DeadLetterExchange, false, nil))
			}
			const messages = 20
			for range messages {
				require.NoError(t, s.send(t, message(kind)))
			}
			require.Eventually(t, func() bool {
				kept := rabbitmqtest.Messages(t, queue)
				if arguments != nil {
					kept += depth(t, ch, rabbitmq.DeadLetterQueue(queue))
				}
				return kept == messages && s.logs.FilterMessage("message handled").Len() == messages
			}, patience, 100*time.Millisecond, "messages are in neither of the two queues")
			assert.NotZero(t, s.logs.FilterMessage("dead letter without its reason").Len())
		})
	}
}

func depth(t *testing.T, ch *amqp.Channel, queue string) int {
	t.Helper()
	state, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	require.NoError(t, err)
	return state.Messages
}
