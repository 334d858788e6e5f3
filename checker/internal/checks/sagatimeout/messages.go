package sagatimeout

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

	orderv1 "shop/gen/order/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// command matches a command about one order.
func command(key string, p *purchase) fault.Match {
	return fault.Match{RoutingKey: key, Header: map[string]string{"aggregate_id": p.id}}
}

// replyOf matches the reply to a command, or to its compensation.
func replyOf(step string, compensate bool) fault.Match {
	return fault.Match{RoutingKey: replied, Where: func(m fault.Message) bool {
		var reply orderv1.SagaReply
		if (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Body, &reply) != nil {
			return false
		}
		return reply.GetStepName() == step && (reply.GetAction() == orderv1.SagaAction_SAGA_ACTION_COMPENSATE) == compensate
	}}
}

// handled waits until order has acknowledged a message. One that order rejects would end in the dead letters.
func (s *shop) handled(what, id string) {
	s.t.Eventually("order handles "+what, patience, func(context.Context) (string, bool) {
		acks := s.Brokers().Passages(fault.Ack, fault.ID(id))
		if len(acks) == 0 {
			return "not acknowledged yet", false
		}
		s.t.True(!acks[0].Negative, check.Failure{
			ID: "rejected", Sentence: "order rejects " + what, Expected: "the message is acknowledged",
			Seen: fmt.Sprintf("it is rejected; requeue: %v", acks[0].Requeue),
			Why: "a reply that no saga waits for is what at-least-once delivery and compensation bring every day. " +
				"Rejected, it is delivered " +
				"again and again, ends in the dead letters, and wakes an operator for nothing",
		})
		return "", true
	})
}
