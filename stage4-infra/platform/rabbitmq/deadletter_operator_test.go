package rabbitmq_test

import (
	"context"
	"errors"
	"fmt"
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

var (
	anyLetter = func(rabbitmq.DeadLetter) bool { return true }
	noReport  = func(rabbitmq.DeadLetter, error) error { return nil }
)

// graveyard is a queue without a consumer, and its dead letters.
type graveyard struct {
	*rabbitmq.Operator
	ch *amqp.Channel
}

// newGraveyard lets n messages of two aggregates die, one after the other.
func newGraveyard(t *testing.T, n int) *graveyard {
	t.Helper()
	c, _ := consumer(func(context.Context, messaging.Message) error { return messaging.Permanent(errors.New("broken")) })
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	g := &graveyard{operator(t), broker(t)}
	for i := range n {
		m := message(kind)
		m.ID, m.AggregateID, m.Sequence = fmt.Sprint("m", i), fmt.Sprint(i%2), int64(i/2+1)
		m.Payload = []byte(`{"n":1,"card_token":"tok_visa_4242"}`)
		require.NoError(t, s.send(t, m))
		g.awaitDead(t, i+1)
	}
	require.NoError(t, s.stop(t.Context()))
	return g
}

func operator(t *testing.T) *rabbitmq.Operator {
	t.Helper()
	o := rabbitmq.NewOperator(fastConfig(rabbitmqtest.URL(t)))
	t.Cleanup(o.Close)
	return o
}

func (g *graveyard) awaitDead(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return depth(t, g.ch, rabbitmq.DeadLetterQueue(queue)) == n }, patience, 2*time.Millisecond)
}

// take returns the ids of what is in the queue, and settles nothing.
func (g *graveyard) take(t *testing.T, queue string) (ids []string) {
	t.Helper()
	for {
		d, ok, err := g.ch.Get(queue, true)
		require.NoError(t, err)
		if !ok {
			return ids
		}
		ids = append(ids, d.MessageId)
	}
}

func (g *graveyard) ids(t *testing.T) (ids []string) {
	t.Helper()
	require.NoError(t, g.Each(t.Context(), queue, func(d rabbitmq.DeadLetter) error {
		ids = append(ids, d.ID)
		return nil
	}))
	return ids
}

func TestOperator_Each_ShowsAllInOrderAndLeavesThem(t *testing.T) {
	t.Parallel()
	g := newGraveyard(t, 4)

	var shown []rabbitmq.DeadLetter
	require.NoError(t, g.Each(t.Context(), queue, func(d rabbitmq.DeadLetter) error {
		shown = append(shown, d)
		return nil
	}))

	require.Len(t, shown, 4)
	first := shown[0]
	assert.Equal(t, "m0", first.ID)
	assert.Equal(t, "permanent", first.Reason)
	assert.Equal(t, "broken", first.Error)
	assert.EqualValues(t, 1, first.Deliveries)
	assert.WithinDuration(t, time.Now(), *first.DiedAt, time.Minute)
	assert.NotContains(t, fmt.Sprintf("%s", first.Payload), "tok_visa_4242")
	g.awaitDead(t, 4)
	assert.Equal(t, []string{"m0", "m1", "m2", "m3"}, g.ids(t), "the order is as before")
	g.awaitDead(t, 4)
	summary, err := g.Summary(t.Context(), queue)
	require.NoError(t, err)
	assert.Equal(t, 4, summary.DeadLetters)
	assert.Equal(t, *first.DiedAt, *summary.OldestAt)
}

func TestOperator_MessageOfTheBroker_IsShownWithItsReason(t *testing.T) {
	t.Parallel()
	c, _ := consumer(succeed)
	s := start(t, fastConfig(rabbitmqtest.URL(t)), c)
	require.NoError(t, s.stop(t.Context()))
	ch := broker(t)
	require.NoError(t, ch.PublishWithContext(t.Context(), "", queue, true, false, amqp.Publishing{Body: []byte("?")}))
	require.Eventually(t, func() bool {
		d, ok, err := ch.Get(queue, false)
		require.NoError(t, err)
		if ok {
			require.NoError(t, d.Reject(false))
		}
		return ok
	}, patience, 5*time.Millisecond)
	require.Eventually(t, func() bool { return depth(t, ch, rabbitmq.DeadLetterQueue(queue)) == 1 }, patience, 5*time.Millisecond)

	var shown []rabbitmq.DeadLetter
	require.NoError(t, operator(t).Each(t.Context(), queue, func(d rabbitmq.DeadLetter) error {
		shown = append(shown, d)
		return nil
	}))

	require.Len(t, shown, 1)
	assert.Equal(t, "rejected", shown[0].Reason)
	assert.WithinDuration(t, time.Now(), *shown[0].DiedAt, time.Minute)
	assert.True(t, strings.HasPrefix(shown[0].ID, "sha256-"), shown[0].ID)
}

func TestOperator_UnknownQueueAndBusyQueue_AreSaid(t *testing.T) {
	t.Parallel()
	g := newGraveyard(t, 1)
	assert.ErrorIs(t, g.Each(t.Context(), "typo", func(rabbitmq.DeadLetter) error { return nil }), rabbitmq.ErrUnknownQueue)
	_, err := g.Summary(t.Context(), "typo")
	assert.ErrorIs(t, err, rabbitmq.ErrUnknownQueue)

	require.NoError(t, g.Each(t.Context(), queue, func(rabbitmq.DeadLetter) error {
		other := operator(t)
		err := other.Replay(t.Context(), queue, rabbitmq.Replay{Match: anyLetter, Rate: 1, Limit: 1, Done: noReport})
		assert.ErrorIs(t, err, rabbitmq.ErrInUse)
		summary, err := other.Summary(t.Context(), queue)
		assert.NoError(t, err)
		assert.Zero(t, summary.DeadLetters, "the other one holds it")
		return nil
	}))
}

func TestReplay_All_ReturnsThemInOrderWithoutTheTraceOfTheirDeath(t *testing.T) {
	t.Parallel()
	g := newGraveyard(t, 6)

	require.NoError(t, g.Replay(t.Context(), queue, rabbitmq.Replay{Match: anyLetter, Rate: 1000, Limit: 3, Done: noReport}))

	assert.Empty(t, g.ids(t))
	d, ok, err := g.ch.Get(queue, true)
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, "m0", d.MessageId)
	assert.EqualValues(t, 1, d.Headers["dead_replays"])
	assert.Equal(t, kind, d.Headers["event_type"])
	assert.NotContains(t, d.Headers, "dead_reason")
	assert.NotContains(t, d.Headers, "x-death")
	assert.Equal(t, []string{"m1", "m2", "m3", "m4", "m5"}, g.take(t, queue))
}

func TestReplay_OneOfMany_LeavesTheOthersInOrder(t *testing.T) {
	t.Parallel()
	g := newGraveyard(t, 4)
	second := func(d rabbitmq.DeadLetter) bool { return d.ID == "m1" }

	require.NoError(t, g.Replay(t.Context(), queue, rabbitmq.Replay{Match: second, Rate: 1000, Limit: 3, Done: noReport}))

	g.awaitDead(t, 3)
	assert.Equal(t, []string{"m0", "m2", "m3"}, g.ids(t))
	assert.Equal(t, []string{"m1"}, g.take(t, queue))
}

func TestReplay_DiesAgain_EndsTheRunAndIsRefusedAboveTheLimit(t *testing.T) {
	t.Parallel()
	g := newGraveyard(t, 3)
	c, calls := consumer(func(_ context.Context, m messaging.Message) error {
		if m.AggregateID == "0" && m.Sequence == 1 {
			return messaging.Permanent(errors.New("poison"))
		}
		return nil
	})
	start(t, fastConfig(rabbitmqtest.URL(t)), c)
	replay := func() (refused []string) {
		require.NoError(t, g.Replay(t.Context(), queue, rabbitmq.Replay{
			Match: anyLetter, Rate: 1000, Limit: 2, Done: func(d rabbitmq.DeadLetter, err error) error {
				if err != nil {
					refused = append(refused, d.ID)
				}
				return nil
			},
		}))
		return refused
	}

	assert.Empty(t, replay())
	for range 3 {
		receive(t, calls, "a replayed message")
	}
	g.awaitDead(t, 1)
	assert.Empty(t, replay())
	assert.Equal(t, "m0", receive(t, calls, "the poison message").ID)
	g.awaitDead(t, 1)
	assert.Equal(t, []string{"m0"}, replay())

	g.awaitDead(t, 1)
	assert.Empty(t, calls)
}

func TestReplay_QueueIsGone_LeavesTheDeadLetter(t *testing.T) {
	t.Parallel()
	g := newGraveyard(t, 2)
	_, err := g.ch.QueueDelete(queue, false, false, false)
	require.NoError(t, err)

	err = g.Replay(t.Context(), queue, rabbitmq.Replay{Match: anyLetter, Rate: 1000, Limit: 3, Done: noReport})

	require.ErrorIs(t, err, rabbitmq.ErrUnroutable)
	g.awaitDead(t, 2)
}

func TestDiscard_ReportsTheMessageBeforeItIsDeleted(t *testing.T) {
	t.Parallel()
	g := newGraveyard(t, 2)
	first := func(d rabbitmq.DeadLetter) bool { return d.ID == "m0" }
	failure := errors.New("disk full")

	err := g.Discard(t.Context(), queue, first, func(rabbitmq.DeadLetter) error { return failure })
	require.ErrorIs(t, err, failure)
	g.awaitDead(t, 2)

	require.NoError(t, g.Discard(t.Context(), queue, first, func(d rabbitmq.DeadLetter) error {
		assert.NotEmpty(t, d.Payload)
		return nil
	}))
	g.awaitDead(t, 1)
	assert.Equal(t, []string{"m1"}, g.ids(t))
}

func TestDeadLetters_AreCounted(t *testing.T) {
	t.Parallel()
	c, _ := consumer(func(context.Context, messaging.Message) error { return messaging.Permanent(errors.New("broken")) })
	cfg := fastConfig(rabbitmqtest.URL(t))
	cfg.Consumer.DeadLetterInterval = 10 * time.Millisecond
	s := start(t, cfg, c)

	require.NoError(t, s.send(t, message(kind)))

	require.Eventually(t, func() bool { return s.sum(t, "dead_letters") == 1 }, patience, 5*time.Millisecond)
}
