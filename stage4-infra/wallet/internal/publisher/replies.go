package publisher

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

	orderv1 "shop/gen/order/v1"
	"shop/platform/messaging"
	"shop/wallet/internal/usecase/dto"
)

// Replies implements the Replies of the use cases.
type Replies struct{ outbox Outbox }

// NewReplies returns Replies that are sent through the outbox.
func NewReplies(outbox Outbox) *Replies { return &Replies{outbox: outbox} }

// Reply stores the reply in the transaction of ctx. Each reply is a message of its own, also the answer to a repeated command: a saga that
// asks again has to get it.
func (r *Replies) Reply(ctx context.Context, reply dto.SagaReply) error {
	payload, err := protojson.Marshal(toSagaReply(reply))
	if err != nil {
		return fmt.Errorf("encode reply to step %s of saga %s: %w", reply.StepName, reply.SagaID, err)
	}
	return r.outbox.Append(ctx, messaging.Message{
		Type: "order.saga.reply", Version: 1, AggregateType: "saga", AggregateID: reply.SagaID, Payload: payload,
	})
}

func toSagaReply(reply dto.SagaReply) *orderv1.SagaReply {
	message := &orderv1.SagaReply{
		SagaId: reply.SagaID, StepName: reply.StepName,
		Action: orderv1.SagaAction_SAGA_ACTION_ACT, Outcome: orderv1.SagaOutcome_SAGA_OUTCOME_DONE,
	}
	if reply.Compensation {
		message.Action = orderv1.SagaAction_SAGA_ACTION_COMPENSATE
	}
	if reply.Refusal != nil {
		message.Outcome = orderv1.SagaOutcome_SAGA_OUTCOME_REFUSED
		message.Reason, message.Message, message.Code = reply.Refusal.Reason, reply.Refusal.Message, reply.Refusal.Code.String()
	}
	return message
}
