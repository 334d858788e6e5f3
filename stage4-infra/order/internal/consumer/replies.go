// Package consumer handles the messages that order receives. It only translates: use cases do the work.
package consumer

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/messaging"
)

// Replies handles order.saga.reply.
type Replies struct{ apply *usecase.ApplyReply }

// NewReplies returns Replies.
func NewReplies(apply *usecase.ApplyReply) *Replies { return &Replies{apply: apply} }

// Handle applies a reply to the saga that waits for it.
func (r *Replies) Handle(ctx context.Context, m messaging.Message) error {
	reply, err := toReply(m.Payload)
	if err != nil {
		return messaging.Permanent(err)
	}
	return r.apply.Execute(ctx, reply)
}

func toReply(payload []byte) (saga.Reply, error) {
	var in orderv1.SagaReply
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(payload, &in); err != nil {
		return saga.Reply{}, fmt.Errorf("decode reply: %w", err)
	}
	id, err := uuid.Parse(in.GetSagaId())
	if err != nil {
		return saga.Reply{}, fmt.Errorf("read saga id of reply: %w", err)
	}
	reply := saga.Reply{PurchaseID: id.String(), Call: saga.Call{Step: in.GetStepName()}}
	switch in.GetAction() {
	case orderv1.SagaAction_SAGA_ACTION_ACT:
	case orderv1.SagaAction_SAGA_ACTION_COMPENSATE:
		reply.Call.Compensate = true
	default:
		return saga.Reply{}, fmt.Errorf("reply has an unknown action %s", in.GetAction())
	}
	switch in.GetOutcome() {
	case orderv1.SagaOutcome_SAGA_OUTCOME_DONE:
	case orderv1.SagaOutcome_SAGA_OUTCOME_REFUSED:
		reply.Refusal = &saga.Refusal{Code: in.GetCode(), Reason: in.GetReason(), Message: in.GetMessage()}
	default:
		return saga.Reply{}, fmt.Errorf("reply has an unknown outcome %s", in.GetOutcome())
	}
	return reply, nil
}
