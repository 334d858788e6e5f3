package saga_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/service/saga"
	"shop/platform/errs"
	"shop/platform/messaging"
)

// services stands for inventory and wallet. It keeps the promises of their barriers: every command is done once, and an action is refused
// after its compensation.
type services struct {
	refuses map[string]bool   // steps that are refused
	stuck   map[string]bool   // steps whose compensation is refused, which only a bug can cause
	steps   map[string]string // saga/step: done, refused, compensated
	net     map[string]int    // saga/step: effects minus compensations
}

func newServices(refused ...string) *services {
	s := &services{refuses: map[string]bool{}, stuck: map[string]bool{}, steps: map[string]string{}, net: map[string]int{}}
	for _, step := range refused {
		s.refuses[step] = true
	}
	return s
}

// handle returns the reply to a command.
func (s *services) handle(t *testing.T, m messaging.Message) messaging.Message {
	var command struct{ SagaID, StepName string }
	require.NoError(t, json.Unmarshal(m.Payload, &command))
	reply := &orderv1.SagaReply{
		SagaId: command.SagaID, StepName: command.StepName, Action: orderv1.SagaAction_SAGA_ACTION_ACT,
		Outcome: orderv1.SagaOutcome_SAGA_OUTCOME_DONE,
	}
	key := command.SagaID + "/" + command.StepName
	switch m.Type {
	case "inventory.stock.reserve", "wallet.balance.deduct", "inventory.stock.ship":
		s.act(key, reply)
	case "inventory.stock.release", "wallet.balance.refund":
		reply.Action = orderv1.SagaAction_SAGA_ACTION_COMPENSATE
		s.compensate(key, reply)
	default:
		require.Fail(t, "unknown command", m.Type)
	}
	payload, err := protojson.Marshal(reply)
	require.NoError(t, err)
	return messaging.Message{Type: "order.saga.reply", Version: 1, AggregateType: "saga", AggregateID: command.SagaID, Payload: payload}
}

func (s *services) act(key string, reply *orderv1.SagaReply) {
	if s.steps[key] == "" {
		s.steps[key] = "done"
		if s.refuses[reply.GetStepName()] {
			s.steps[key] = "refused"
		} else {
			s.net[key]++
		}
	}
	switch s.steps[key] {
	case "refused":
		refuse(reply, errs.Precondition, "REFUSED_BY_TEST")
	case "compensated":
		refuse(reply, errs.Aborted, "STEP_COMPENSATED")
	}
}

func (s *services) compensate(key string, reply *orderv1.SagaReply) {
	if s.stuck[reply.GetStepName()] {
		refuse(reply, errs.Precondition, "STUCK_BY_TEST")
		return
	}
	if s.steps[key] == "done" {
		s.net[key]--
	}
	s.steps[key] = "compensated"
}

func refuse(reply *orderv1.SagaReply, code errs.Code, reason string) {
	reply.Outcome = orderv1.SagaOutcome_SAGA_OUTCOME_REFUSED
	reply.Code, reply.Reason, reply.Message = code.String(), reason, "the other service says so"
}

// stock, money and shipped return the net effects of an order.
func (s *services) stock(orderID string) int   { return s.net[orderID+"/"+saga.ReserveInventory] }
func (s *services) money(orderID string) int   { return s.net[orderID+"/"+saga.DeductBalance] }
func (s *services) shipped(orderID string) int { return s.net[orderID+"/"+saga.ShipStock] }
