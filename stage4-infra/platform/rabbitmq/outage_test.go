package rabbitmq_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"shop/platform/config"
	"shop/platform/lifecycle"
	"shop/platform/messaging"
	"shop/platform/rabbitmq"
	"shop/platform/rabbitmqtest"
)

// handledMessages counts how often each message was handled.
type handledMessages struct {
	mu    sync.Mutex
	times map[string]int
}

func (h *handledMessages) handle(_ context.Context, m messaging.Message) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.times[m.ID]++
	return nil
}

func (h *handledMessages) distinct() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.times)
}

func TestConnectionsLostDuringWork_NoMessageIsLost(t *testing.T) {
	t.Parallel()
	const messages = 400
	proxy := rabbitmqtest.NewProxy(t)
	handled := &handledMessages{times: map[string]int{}}
	s := start(t, fastConfig(proxy.URL), rabbitmq.Consumer{Queue: queue, Bindings: []string{kind}, Handle: handled.handle})

	for n := range messages {
		if n%100 == 50 {
			proxy.Cut()
		}
		m := message(kind)
		require.Eventually(t, func() bool { return s.send(t, m) == nil }, patience, 5*time.Millisecond)
	}

	require.Eventually(t, func() bool { return handled.distinct() == messages }, patience, 5*time.Millisecond)
	dead, err := broker(t).QueueDeclarePassive(rabbitmq.DeadLetterQueue(queue), true, false, false, false, nil)
	require.NoError(t, err)
	assert.Zero(t, dead.Messages)
}

func TestConnectionLostWhileAMessageIsHandled_ItIsDeliveredAgain(t *testing.T) {
	t.Parallel()
	proxy := rabbitmqtest.NewProxy(t)
	cut := make(chan struct{})
	c, calls := consumer(func(context.Context, messaging.Message) error {
		<-cut
		return nil
	})
	s := start(t, fastConfig(proxy.URL), c)
	m := message(kind)
	require.NoError(t, s.send(t, m))
	receive(t, calls, "the first delivery")

	proxy.Cut()
	require.Eventually(t, func() bool { return s.logs.FilterMessage("no connection to the broker").Len() > 0 }, patience, time.Millisecond)
	close(cut)

	assert.Equal(t, m.ID, receive(t, calls, "the second delivery").ID)
	assert.Equal(t, 1, s.logs.FilterMessage("message not answered").Len())
}

func TestStop_FinishesAndAcknowledgesMessagesInProgress(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	c, calls := consumer(func(ctx context.Context, _ messaging.Message) error {
		<-proceed
		return ctx.Err()
	})
	cfg := fastConfig(rabbitmqtest.URL(t))
	cfg.Consumer.Prefetch = 10_000
	s, other, ch := start(t, cfg, c), start(t, fastConfig(rabbitmqtest.URL(t))), broker(t)
	require.NoError(t, s.send(t, message(kind)))
	receive(t, calls, "the first message")

	stopped := make(chan error, 1)
	go func() { stopped <- s.stop(context.Background()) }()
	sent := 1
	require.Eventually(t, func() bool {
		sent++
		require.NoError(t, other.send(t, message(kind)))
		_, left, err := ch.Get(queue, true)
		require.NoError(t, err)
		return left // the service takes no more
	}, patience, 5*time.Millisecond)
	sent--
	close(proceed)

	require.NoError(t, receive(t, stopped, "the stop"))
	assert.Zero(t, s.logs.FilterMessage("message not answered").Len())
	handled := s.logs.FilterMessage("message handled")
	assert.Equal(t, handled.Len(), handled.FilterField(zap.String("outcome", "done")).Len())
	// The broker may send one more after it has agreed to the cancellation. Nobody takes that, and it returns to the queue.
	state, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	require.NoError(t, err)
	assert.Equal(t, sent, handled.Len()+state.Messages, "what the service has taken it must acknowledge")
	assert.Less(t, state.Messages, 2)
}

func TestStop_HandlerTakesTooLong_IsAbortedAndItsMessageStays(t *testing.T) {
	t.Parallel()
	c, calls := consumer(func(ctx context.Context, _ messaging.Message) error {
		<-ctx.Done()
		return ctx.Err()
	})
	limits := config.Defaults[lifecycle.Config]()
	limits.Budgets.Consumers = 100 * time.Millisecond
	s := startWithin(t, limits, fastConfig(rabbitmqtest.URL(t)), c)
	s.awaitUp(t, 2)
	require.NoError(t, s.send(t, message(kind)))
	receive(t, calls, "the message")

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.ErrorIs(t, s.stop(ctx), context.DeadlineExceeded)

	require.Eventually(t, func() bool {
		state, err := broker(t).QueueDeclarePassive(queue, true, false, false, false, nil)
		require.NoError(t, err)
		return state.Messages == 1
	}, patience, 5*time.Millisecond)
}

func TestStop_FrozenBroker_EndsInTime(t *testing.T) {
	t.Parallel()
	proxy := rabbitmqtest.NewProxy(t)
	c, _ := consumer(succeed)
	cfg := fastConfig(proxy.URL)
	cfg.CloseTimeout = 50 * time.Millisecond
	limits := config.Defaults[lifecycle.Config]()
	limits.Budgets.Consumers = 100 * time.Millisecond
	s := startWithin(t, limits, cfg, c)
	s.awaitUp(t, 2)
	proxy.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()

	assert.ErrorIs(t, s.stop(ctx), context.DeadlineExceeded)
	assert.NoError(t, ctx.Err(), "the stop must end by itself")
}
