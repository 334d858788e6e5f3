package rabbitmq_test

import (
	"context"
	"errors"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/rabbitmq"
	"shop/platform/rabbitmqtest"
)

func TestPublish_NoQueueBound_ReturnsUnroutable(t *testing.T) {
	t.Parallel()
	s := start(t, fastConfig(rabbitmqtest.URL(t)), rabbitmq.Consumer{Queue: queue, Bindings: []string{kind}, Handle: succeed})
	var unroutable, routable []*rabbitmq.Confirmation
	for range 300 {
		u, err := s.Publish(t.Context(), message("nobody.listens"))
		require.NoError(t, err)
		r, err := s.Publish(t.Context(), message(kind))
		require.NoError(t, err)
		unroutable, routable = append(unroutable, u), append(routable, r)
	}
	for i := range unroutable {
		assert.ErrorIs(t, unroutable[i].Wait(t.Context()), rabbitmq.ErrUnroutable)
		assert.NoError(t, routable[i].Wait(t.Context()))
	}
}

func TestPublish_QueueIsFull_ReturnsNacked(t *testing.T) {
	t.Parallel()
	s := start(t, fastConfig(rabbitmqtest.URL(t)))
	ch := broker(t)
	_, err := ch.QueueDeclare("full", true, false, false, false, amqp.Table{
		"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish",
	})
	require.NoError(t, err)
	require.NoError(t, ch.QueueBind("full", kind, rabbitmq.Exchange, false, nil))

	// The limit of a quorum queue is not exact.
	var nacked error
	for range 100 {
		if nacked = s.send(t, message(kind)); nacked != nil {
			break
		}
	}

	assert.ErrorIs(t, nacked, rabbitmq.ErrNacked)
}

func TestPublish_BrokerGone_FailsAtOnceAndWorksAgainAfterwards(t *testing.T) {
	t.Parallel()
	proxy := rabbitmqtest.NewProxy(t)
	c, calls := consumer(succeed)
	s := start(t, fastConfig(proxy.URL), c)

	proxy.Down()
	s.awaitUp(t, 0)
	_, err := s.Publish(t.Context(), message(kind))
	assert.ErrorIs(t, err, rabbitmq.ErrClosed)

	proxy.Up()
	s.awaitUp(t, 2)
	m := message(kind)
	require.NoError(t, s.send(t, m))
	assert.Equal(t, m.ID, receive(t, calls, "the message").ID)
}

func TestPublish_ConnectionLostBeforeTheConfirm_ReturnsClosed(t *testing.T) {
	t.Parallel()
	proxy := rabbitmqtest.NewProxy(t)
	s := start(t, fastConfig(proxy.URL))
	proxy.Freeze()
	confirmation, err := s.Publish(t.Context(), message(kind))
	require.NoError(t, err)

	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, confirmation.Wait(short), context.DeadlineExceeded)

	confirmation, err = s.Publish(t.Context(), message(kind))
	require.NoError(t, err)
	proxy.Cut()
	assert.ErrorIs(t, confirmation.Wait(t.Context()), rabbitmq.ErrClosed)
}

func TestPublish_StartWithoutBroker_FailsAtOnce(t *testing.T) {
	t.Parallel()
	proxy := rabbitmqtest.NewProxy(t)
	proxy.Down()
	s := startWithoutWaiting(t, fastConfig(proxy.URL))

	_, err := s.Publish(t.Context(), message(kind))

	assert.ErrorIs(t, err, rabbitmq.ErrClosed)
	assert.False(t, errors.Is(err, rabbitmq.ErrBlocked))
}

func TestPublish_BlockedByTheBroker_FailsAtOnceUntilUnblocked(t *testing.T) {
	t.Parallel()
	proxy := rabbitmqtest.NewProxy(t)
	c, calls := consumer(succeed)
	s := start(t, fastConfig(proxy.URL), c)
	publish := func() error {
		_, err := s.Publish(t.Context(), message(kind))
		return err
	}
	require.NoError(t, s.send(t, message(kind)))
	receive(t, calls, "a message")

	proxy.Block()
	require.Eventually(t, func() bool { return errors.Is(publish(), rabbitmq.ErrBlocked) }, patience, time.Millisecond)
	require.ErrorIs(t, publish(), rabbitmq.ErrClosed, "for the outbox it is an outage")

	proxy.Unblock()
	require.Eventually(t, func() bool { return publish() == nil }, patience, time.Millisecond)
}
