package consumer_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/consumer"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/messaging"
)

const orderID = "33333333-3333-4333-8333-333333333333"

type noTx struct{}

func (noTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error { return fn(ctx) }

// sagas has one open saga, and remembers the replies.
type sagas struct {
	usecase.Sagas
	usecase.OpenSagas
	down    error
	replies []saga.Reply
}

func (s *sagas) Lock(_ context.Context, orderID string) (*saga.Saga, error) {
	return &saga.Saga{ID: orderID}, s.down
}

func (s *sagas) Apply(_ context.Context, _ *saga.Saga, reply saga.Reply) (bool, error) {
	s.replies = append(s.replies, reply)
	return true, nil
}

func handle(s *sagas, payload string) error {
	return consumer.NewReplies(usecase.NewApplyReply(noTx{}, s, s)).Handle(context.Background(), messaging.Message{Payload: []byte(payload)})
}

func TestReplies_Decoded_AsTheSagaKnowsThem(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]saga.Reply{
		`{"sagaId":"` + orderID + `","stepName":"S","action":"SAGA_ACTION_ACT","outcome":"SAGA_OUTCOME_DONE","addedLater":1}`: {
			PurchaseID: orderID, Call: saga.Call{Step: "S"},
		},
		`{"sagaId":"` + orderID + `","stepName":"S","action":"SAGA_ACTION_COMPENSATE","outcome":"SAGA_OUTCOME_REFUSED",
			"code":"CONFLICT","reason":"R","message":"no"}`: {
			PurchaseID: orderID, Call: saga.Call{Step: "S", Compensate: true}, Refusal: &saga.Refusal{Code: "CONFLICT", Reason: "R", Message: "no"},
		},
	} {
		s := &sagas{}
		require.NoError(t, handle(s, payload))
		assert.Equal(t, []saga.Reply{want}, s.replies)
	}
}

func TestReplies_Unreadable_AreDeadLetters(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{
		`no json`,
		`{"sagaId":"17","action":"SAGA_ACTION_ACT","outcome":"SAGA_OUTCOME_DONE"}`,
		`{"sagaId":"` + orderID + `","outcome":"SAGA_OUTCOME_DONE"}`,
		`{"sagaId":"` + orderID + `","action":"SAGA_ACTION_ACT"}`,
	} {
		s := &sagas{}
		assert.True(t, messaging.IsPermanent(handle(s, payload)), payload)
		assert.Empty(t, s.replies)
	}
}

func TestReplies_DatabaseFailure_IsDeliveredAgain(t *testing.T) {
	t.Parallel()
	err := handle(&sagas{down: assert.AnError}, `{"sagaId":"`+orderID+`","action":"SAGA_ACTION_ACT","outcome":"SAGA_OUTCOME_DONE"}`)

	assert.ErrorIs(t, err, assert.AnError)
	assert.False(t, messaging.IsPermanent(err))
}
