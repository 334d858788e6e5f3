package rabbitmq_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/messaging"
	"shop/platform/rabbitmq"
	"shop/platform/rabbitmqtest"
)

const queue, kind = "wallet.commands", "wallet.balance.deduct"

// consumer hands messages to handle and reports each of its calls.
func consumer(handle func(ctx context.Context, m messaging.Message) error) (rabbitmq.Consumer, <-chan messaging.Message) {
	calls := make(chan messaging.Message, 100)
	return rabbitmq.Consumer{Queue: queue, Bindings: []string{kind}, Handle: func(ctx context.Context, m messaging.Message) error {
		calls <- m
		return handle(ctx, m)
	}}, calls
}

func succeed(context.Context, messaging.Message) error { return nil }

func TestConsumer_Message_ArrivesAsItWasPublished(t *testing.T) {
	t.Parallel()
	c, calls := consumer(succeed)
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	m := message(kind)

	require.NoError(t, s.send(t, m))

	got := receive(t, calls, "the message")
	got.Trace = m.Trace
	assert.Equal(t, m, got)
}

func TestConsumer_PermanentErrors_GoToTheDeadLettersAtOnce(t *testing.T) {
	t.Parallel()
	failures := []error{messaging.Permanent(errors.New("broken")), errs.New(errs.Precondition, "POOR", "no money")}
	next := make(chan error, len(failures))
	c, calls := consumer(func(context.Context, messaging.Message) error { return <-next })
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	for _, failure := range failures {
		m := message(kind)
		next <- failure

		require.NoError(t, s.send(t, m))

		assert.Equal(t, m.ID, deadLetter(t, queue).MessageId)
		assert.Equal(t, m.ID, receive(t, calls, "the delivery").ID)
		assert.Empty(t, calls, "a permanent failure must not be repeated")
	}
}

func TestConsumer_TransientError_IsDeliveredAgain(t *testing.T) {
	t.Parallel()
	failures := make(chan error, 3)
	failures <- errors.New("try again")
	failures <- errs.New(errs.Aborted, "CONCURRENT_UPDATE", "busy")
	failures <- nil
	c, calls := consumer(func(context.Context, messaging.Message) error { return <-failures })
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	m := message(kind)

	require.NoError(t, s.send(t, m))

	for range 3 {
		assert.Equal(t, m.ID, receive(t, calls, "a delivery").ID)
	}
	assert.Equal(t, 2.0, s.sum(t, "message_redeliveries_total"))
}

func TestConsumer_TransientErrorForever_IsDeliveredSixTimes(t *testing.T) {
	t.Parallel()
	c, calls := consumer(func(context.Context, messaging.Message) error { return errors.New("never") })
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	m := message(kind)

	require.NoError(t, s.send(t, m))

	assert.Equal(t, m.ID, deadLetter(t, queue).MessageId)
	assert.Len(t, calls, 6, "the delivery limit is 5 redeliveries")
}

func TestConsumer_UndecodableMessage_GoesToTheDeadLetters(t *testing.T) {
	t.Parallel()
	c, calls := consumer(succeed)
	start(t, fastConfig(rabbitmqtest.URL(t)), c)
	for _, headers := range []amqp.Table{nil, {"event_type": kind}} {
		body := amqp.Publishing{MessageId: "id", Headers: headers, Body: []byte("garbage")}

		require.NoError(t, broker(t).PublishWithContext(t.Context(), rabbitmq.Exchange, kind, true, false, body))

		assert.Equal(t, "garbage", string(deadLetter(t, queue).Body))
	}
	assert.Empty(t, calls)
}

func TestConsumer_OversizedMessage_GoesToTheDeadLetters(t *testing.T) {
	t.Parallel()
	cfg := fastConfig(rabbitmqtest.URL(t))
	cfg.Consumer.MaxMessageBytes = 100
	c, calls := consumer(succeed)
	s := start(t, cfg, c)
	long := message(kind)
	long.Payload = []byte(`"` + strings.Repeat("x", 100) + `"`)

	require.NoError(t, s.send(t, long))

	assert.Equal(t, long.ID, deadLetter(t, queue).MessageId)
	assert.Empty(t, calls)
}

func TestConsumer_Panic_IsTransientAndLoggedWithItsStack(t *testing.T) {
	t.Parallel()
	var failed atomic.Bool
	c, calls := consumer(func(context.Context, messaging.Message) error {
		if failed.CompareAndSwap(false, true) {
			panic("boom")
		}
		return nil
	})
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)

	require.NoError(t, s.send(t, message(kind)))

	receive(t, calls, "the first delivery")
	receive(t, calls, "the second delivery")
	panics := s.logs.FilterMessage("panic").All()
	require.Len(t, panics, 1)
	assert.Contains(t, panics[0].ContextMap()["stack"], "consumer_test.go")
}

func TestConsumer_UnavailableDependency_UsesUpNoDeliveries(t *testing.T) {
	t.Parallel()
	var failures atomic.Int64
	c, calls := consumer(func(context.Context, messaging.Message) error {
		if failures.Add(1) <= 20 {
			return errs.New(errs.Unavailable, "DATABASE_UNAVAILABLE", "down")
		}
		return nil
	})
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)

	require.NoError(t, s.send(t, message(kind)))

	for range 21 {
		receive(t, calls, "a try")
	}
	require.Eventually(t, func() bool { return s.logs.FilterMessage("message handled").Len() == 1 }, patience, time.Millisecond)
	assert.Zero(t, s.sum(t, "message_redeliveries_total"))
}

func TestConsumer_SlowMessage_EndsAtItsTimeoutAndHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	slow := message(kind)
	timedOut := make(chan error, 10)
	c, calls := consumer(func(ctx context.Context, m messaging.Message) error {
		if m.ID != slow.ID {
			return nil
		}
		<-ctx.Done()
		timedOut <- ctx.Err()
		return messaging.Permanent(ctx.Err())
	})
	cfg := fastConfig(rabbitmqtest.URL(t))
	cfg.Consumer.Timeout = 300 * time.Millisecond
	s := start(t, cfg, c)
	require.NoError(t, s.send(t, slow))
	receive(t, calls, "the slow message")
	for range 10 {
		m := message(kind)
		require.NoError(t, s.send(t, m))
		assert.Equal(t, m.ID, receive(t, calls, "another message").ID)
	}
	assert.ErrorIs(t, receive(t, timedOut, "the timeout"), context.DeadlineExceeded)
}

func TestConsumer_Ordered_KeepsTheOrderOfEachAggregateAndUsesSeveralWorkers(t *testing.T) {
	t.Parallel()
	const aggregates, each = 20, 10
	var running atomic.Int64
	var two sync.Once
	together := make(chan struct{})
	var last sync.Map
	problems := make(chan string, aggregates*each)
	c := rabbitmq.Consumer{Queue: queue, Bindings: []string{kind}, Ordered: true, Handle: func(ctx context.Context, m messaging.Message) error {
		defer running.Add(-1)
		if running.Add(1) == 2 {
			two.Do(func() { close(together) })
		}
		select {
		case <-together:
		case <-ctx.Done():
			problems <- "no other worker has anything to do"
			return nil
		}
		before, _ := last.Swap(m.AggregateID, m.Sequence)
		if before, _ := before.(int64); before != m.Sequence-1 {
			problems <- fmt.Sprintf("message %d of aggregate %s came after %d", m.Sequence, m.AggregateID, before)
			return nil
		}
		problems <- ""
		return nil
	}}
	cfg := fastConfig(rabbitmqtest.URL(t))
	cfg.Consumer.Prefetch = aggregates * each
	s := start(t, cfg, c)

	for n := range aggregates {
		for sequence := range int64(each) {
			m := message(kind)
			m.AggregateID, m.Sequence = fmt.Sprint(n), sequence+1
			_, err := s.Publish(t.Context(), m)
			require.NoError(t, err)
		}
	}

	for range aggregates * each {
		require.Empty(t, receive(t, problems, "a message"))
	}
}

func TestConsumer_QueueWithOtherArguments_IsReportedWithWhatToDo(t *testing.T) {
	t.Parallel()
	ch := broker(t)
	_, err := ch.QueueDeclare(queue, true, false, false, false, amqp.Table{"x-queue-type": "classic"})
	require.NoError(t, err)
	c, calls := consumer(succeed)
	s := startWithoutWaiting(t, fastConfig(rabbitmqtest.URL(t)), c)
	require.Eventually(t, func() bool { return s.logs.FilterMessage("no connection to the broker").Len() > 0 }, patience, time.Millisecond)
	entry := s.logs.FilterMessage("no connection to the broker").All()[0]
	assert.Equal(t, "error", entry.Level.String())
	assert.Contains(t, entry.ContextMap()["error"], "delete it, and it is declared anew")

	_, err = ch.QueueDelete(queue, false, false, false)
	require.NoError(t, err)

	s.awaitUp(t, 2)
	require.NoError(t, s.send(t, message(kind)))
	receive(t, calls, "the message")
}
