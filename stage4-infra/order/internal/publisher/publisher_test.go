package publisher_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/publisher"
	"shop/platform/messaging"
)

const (
	orderID = "33333333-3333-4333-8333-333333333333"
	buyerID = "11111111-1111-4111-8111-111111111111"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// outbox remembers what was appended.
type outbox struct{ messages []messaging.Message }

func (o *outbox) Append(_ context.Context, messages ...messaging.Message) error {
	o.messages = append(o.messages, messages...)
	return nil
}

type metrics struct{ paid, cancelled int }

func (m *metrics) OrderPaid(domain.Money)           { m.paid++ }
func (m *metrics) OrderCancelled(domain.CancelCode) { m.cancelled++ }

func newOrder(t *testing.T) *domain.Order {
	t.Helper()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	item, err := domain.NewItem("tea", 2, price)
	require.NoError(t, err)
	order, err := domain.NewOrder(orderID, buyerID, []domain.Item{item}, noon)
	require.NoError(t, err)
	return order
}

// history returns all events that an order can have.
func history(t *testing.T) []domain.Event {
	t.Helper()
	cancelled, shipped := newOrder(t), newOrder(t)
	for _, err := range []error{
		cancelled.Confirm(noon), cancelled.MarkPaid(noon), cancelled.Cancel(domain.CancelByBuyer, "changed my mind", noon),
		shipped.Confirm(noon), shipped.MarkPaid(noon), shipped.Ship(noon),
	} {
		require.NoError(t, err)
	}
	return append(cancelled.Events(), shipped.Events()[3])
}

func TestPublish_EachEvent_IsTheMessageOfItsVersion(t *testing.T) {
	t.Parallel()
	const id = `"orderId":"` + orderID + `"`
	same := map[string]string{
		"order.order.created v1": `{` + id + `,"buyerId":"` + buyerID + `","items":[{"sku":"tea","quantity":2,"unitPrice":"500"}],
			"total":{"minorUnits":"1000","currency":"EUR"},"createdAt":"2026-06-01T12:00:00Z"}`,
		"order.order.confirmed v1": `{` + id + `}`,
		"order.order.shipped v1":   `{` + id + `}`,
	}
	for version, own := range map[int]map[string]string{
		1: {
			"order.order.paid v1":      `{` + id + `,"totalMinor":"1000","currency":"EUR"}`,
			"order.order.cancelled v1": `{` + id + `,"reason":"changed my mind"}`,
		},
		2: {
			"order.order.paid v2":      `{` + id + `,"total":{"minorUnits":"1000","currency":"EUR"},"paidAt":"2026-06-01T12:00:00Z"}`,
			"order.order.cancelled v2": `{` + id + `,"code":"BUYER_REQUEST","reason":"changed my mind"}`,
		},
	} {
		box, counts := &outbox{}, &metrics{}
		p := publisher.New(publisher.Config{EventVersion: version}, box, counts)

		require.NoError(t, p.Publish(t.Context(), history(t)...))

		require.Len(t, box.messages, 5)
		for i, m := range box.messages {
			name := m.Type + " v" + string(rune('0'+m.Version))
			want, ok := own[name]
			if !ok {
				want = same[name]
			}
			require.NotEmpty(t, want, "ORDER_EVENT_VERSION=%d published %s", version, name)
			assert.JSONEq(t, want, string(m.Payload), name)
			assert.Equal(t, []string{"order", orderID}, []string{m.AggregateType, m.AggregateID})
			assert.Equal(t, int64(min(i+1, 4)), m.Sequence, "counts without gaps; both ends are the fourth event")
			assert.Equal(t, noon, m.OccurredAt)
		}
		assert.Equal(t, orderID+":1", box.messages[0].ID, "the same event has the same id")
		assert.Equal(t, metrics{paid: 1, cancelled: 1}, *counts)
	}
}

func TestCommands_NameSagaStepAndOrder(t *testing.T) {
	t.Parallel()
	box := &outbox{}
	commands, order := publisher.NewCommands(box), newOrder(t)
	const step = `"sagaId":"saga","stepName":"STEP","orderId":"` + orderID + `"`
	for command, c := range map[string]struct {
		send func(ctx context.Context, sagaID, step string, order *domain.Order) error
		want string
	}{
		"inventory.stock.reserve": {commands.Reserve, `{` + step + `,"items":[{"sku":"tea","quantity":2}]}`},
		"inventory.stock.release": {commands.Release, `{` + step + `}`},
		"inventory.stock.ship":    {commands.Ship, `{` + step + `}`},
		"wallet.balance.deduct": {
			commands.Deduct, `{` + step + `,"userId":"` + buyerID + `","amount":{"minorUnits":"1000","currency":"EUR"}}`,
		},
		"wallet.balance.refund": {commands.Refund, `{` + step + `}`},
	} {
		box.messages = nil
		require.NoError(t, c.send(t.Context(), "saga", "STEP", order))

		require.Len(t, box.messages, 1)
		m := box.messages[0]
		assert.JSONEq(t, c.want, string(m.Payload), command)
		m.Payload = nil
		assert.Equal(t, messaging.Message{Type: command, Version: 1, AggregateType: "saga", AggregateID: "saga"}, m)
	}
}

func TestConfig_UnknownEventVersion_IsInvalid(t *testing.T) {
	t.Parallel()
	for version, valid := range map[int]bool{0: false, 1: true, 2: true, 3: false} {
		err := (&publisher.Config{EventVersion: version}).Validate()
		assert.Equal(t, valid, err == nil, version)
	}
}
