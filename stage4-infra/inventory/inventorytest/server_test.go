package inventorytest_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	orderv1 "shop/gen/order/v1"
	"shop/inventory/inventorytest"
	"shop/platform/contracttest"
	"shop/platform/rabbitmqtest"
)

const (
	commands = "inventory.commands"
	replies  = "test.replies"
)

// Not parallel: a service is configured through the environment.
func TestCommands_OverTheBroker_AreAnswered(t *testing.T) {
	inventorytest.Serve(t, contracttest.NewKeys(t))
	conn, err := amqp.Dial(rabbitmqtest.URL(t))
	require.NoError(t, err)
	defer conn.Close()
	ch, err := conn.Channel()
	require.NoError(t, err)
	require.Eventually(t, func() bool { return isConsumed(t, conn, commands) }, time.Minute, 50*time.Millisecond)
	_, err = ch.QueueDeclare(replies, false, false, true, false, nil)
	require.NoError(t, err)
	require.NoError(t, ch.QueueBind(replies, "order.saga.reply", "shop", false, nil))
	received, err := ch.Consume(replies, "", true, true, false, false, nil)
	require.NoError(t, err)
	dead, err := ch.Consume("dlq."+commands, "", true, true, false, false, nil)
	require.NoError(t, err)
	saga := uuid.NewString()
	step := `"sagaId": "` + saga + `", "stepName": "STEP", "orderId": "` + uuid.NewString() + `", "addedLater": 1`
	expect := func(action orderv1.SagaAction, outcome orderv1.SagaOutcome, reason string) {
		t.Helper()
		m := receive(t, received)
		var reply orderv1.SagaReply
		require.NoError(t, protojson.Unmarshal(m.Body, &reply))
		assert.Equal(t, []any{saga, "STEP", action, outcome, reason},
			[]any{reply.GetSagaId(), reply.GetStepName(), reply.GetAction(), reply.GetOutcome(), reply.GetReason()})
		assert.Equal(t, "c-1", m.CorrelationId)
	}

	send(t, ch, "inventory.stock.release", 1, "{"+step+"}")
	expect(orderv1.SagaAction_SAGA_ACTION_COMPENSATE, orderv1.SagaOutcome_SAGA_OUTCOME_DONE, "")
	send(t, ch, "inventory.stock.reserve", 2, "{"+step+`, "items": [{"sku": "tea", "quantity": 1}]}`)
	expect(orderv1.SagaAction_SAGA_ACTION_ACT, orderv1.SagaOutcome_SAGA_OUTCOME_REFUSED, "STEP_COMPENSATED")
	for _, body := range []string{"not JSON", "{}", `{"sagaId": 7}`} {
		send(t, ch, "inventory.stock.reserve", 1, body)
		assert.Equal(t, body, string(receive(t, dead).Body))
	}
}

// isConsumed reports whether the service has declared and bound the queue, and takes its messages.
func isConsumed(t *testing.T, conn *amqp.Connection, queue string) bool {
	t.Helper()
	ch, err := conn.Channel()
	require.NoError(t, err)
	defer ch.Close()
	q, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	return err == nil && q.Consumers > 0
}

func send(t *testing.T, ch *amqp.Channel, command string, version int64, body string) {
	t.Helper()
	require.NoError(t, ch.PublishWithContext(t.Context(), "shop", command, false, false, amqp.Publishing{
		MessageId: uuid.NewString(), Type: command, CorrelationId: "c-1", Body: []byte(body),
		Headers: amqp.Table{"event_type": command, "event_version": version},
	}))
}

func receive(t *testing.T, from <-chan amqp.Delivery) amqp.Delivery {
	t.Helper()
	select {
	case m := <-from:
		return m
	case <-time.After(30 * time.Second):
		require.FailNow(t, "no message")
		return amqp.Delivery{}
	}
}
