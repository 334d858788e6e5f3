package publisher

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/inventory/internal/domain"
	"shop/platform/messaging"
)

// toMessages returns the messages of those events that another service takes.
func toMessages(events []domain.Event) (messages []messaging.Message, err error) {
	for _, event := range events {
		changed, ok := event.(domain.ProductChanged)
		if !ok {
			continue
		}
		payload, err := protojson.Marshal(&inventoryv1.ProductChanged{
			Sku: string(changed.SKU), Name: changed.Name,
			UnitPrice: &inventoryv1.Money{MinorUnits: changed.UnitPrice.MinorUnits(), Currency: changed.UnitPrice.Currency()},
		})
		if err != nil {
			return nil, fmt.Errorf("encode event %s: %w", changed.ID, err)
		}
		messages = append(messages, messaging.Message{
			ID: changed.ID, Type: changed.EventType(), Version: changed.Version(), AggregateType: "product", AggregateID: string(changed.SKU),
			Sequence: changed.Sequence, OccurredAt: changed.OccurredAt, Payload: payload,
		})
	}
	return messages, nil
}
