package publisher

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	walletv1 "shop/gen/wallet/v1"
	"shop/platform/messaging"
	"shop/wallet/internal/domain"
)

// toMessages returns the messages of those events that another service takes: the entries of sagas.
func toMessages(events []domain.Event) (messages []messaging.Message, err error) {
	for _, event := range events {
		entry, ok := event.(domain.Entry)
		if !ok || (entry.Kind != domain.KindDeduct && entry.Kind != domain.KindRefund) {
			continue
		}
		payload, err := protojson.Marshal(toEntryAdded(entry))
		if err != nil {
			return nil, fmt.Errorf("encode event %s: %w", entry.ID, err)
		}
		messages = append(messages, messaging.Message{
			ID: entry.ID, Type: entry.EventType(), Version: entry.Version(),
			AggregateType: "wallet", AggregateID: entry.UserID + ":" + entry.Amount.Currency(),
			Sequence: entry.Sequence, OccurredAt: entry.OccurredAt, Payload: payload,
		})
	}
	return messages, nil
}

func toEntryAdded(e domain.Entry) *walletv1.EntryAdded {
	sagaID, step, _ := strings.Cut(e.Reference, "/")
	return &walletv1.EntryAdded{
		UserId: e.UserID, Amount: toMoney(e.Amount), Balance: toMoney(e.Balance), SagaId: sagaID, StepName: step,
	}
}

func toMoney(m domain.Money) *walletv1.Money {
	return &walletv1.Money{MinorUnits: m.MinorUnits(), Currency: m.Currency()}
}
