package sagatimeout

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"

	orderv1 "shop/gen/order/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// answer is a reply that the check makes up.
type answer struct {
	step       string
	compensate bool
	refusal    string // the code; empty when the command was done
}

func (a answer) String() string {
	call, outcome := a.step, "DONE"
	if a.compensate {
		call = "the compensation of " + a.step
	}
	if a.refusal != "" {
		outcome = "REFUSED with " + a.refusal
	}
	return "the reply " + outcome + " to " + call
}

func done(step string) answer               { return answer{step: step} }
func undone(step string) answer             { return answer{step: step, compensate: true} }
func (a answer) refused(code string) answer { a.refusal = code; return a }

func (a answer) message(orderID string) fault.Message {
	reply := &orderv1.SagaReply{
		SagaId: orderID, StepName: a.step, Action: orderv1.SagaAction_SAGA_ACTION_ACT, Outcome: orderv1.SagaOutcome_SAGA_OUTCOME_DONE,
	}
	if a.compensate {
		reply.Action = orderv1.SagaAction_SAGA_ACTION_COMPENSATE
	}
	if a.refusal != "" {
		reply.Outcome, reply.Code, reply.Reason = orderv1.SagaOutcome_SAGA_OUTCOME_REFUSED, a.refusal, "CHECKED"
		reply.Message = "the checker refuses"
	}
	body, _ := protojson.Marshal(reply)
	return fault.Message{
		RoutingKey: replied, Type: replied, ID: uuid.NewString(), CorrelationID: orderID, Body: body,
		Headers: map[string]any{
			"event_type": replied, "event_version": 1, "aggregate_type": "saga", "aggregate_id": orderID, "sequence": 0,
		},
	}
}

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

// reply sends replies about an order, each as a message of its own, and waits until order has handled them one after the other.
func (s *shop) reply(orderID string, answers ...answer) {
	for _, a := range answers {
		m := a.message(orderID)
		s.t.Ours("publish a reply", s.t.Broker().Publish(m))
		s.handled(a.String(), m.ID)
	}
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
