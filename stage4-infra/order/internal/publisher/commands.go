package publisher

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	inventoryv1 "shop/gen/inventory/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/order/internal/domain"
	"shop/platform/messaging"
)

// Commands sends the commands of sagas. It implements saga.Commands.
type Commands struct{ outbox Outbox }

// NewCommands returns Commands.
func NewCommands(outbox Outbox) *Commands { return &Commands{outbox: outbox} }

// Reserve tells inventory to hold the items of the order.
func (c *Commands) Reserve(ctx context.Context, sagaID, step string, order *domain.Order) error {
	items := order.Items()
	stock := make([]*inventoryv1.StockItem, len(items))
	for i, item := range items {
		stock[i] = &inventoryv1.StockItem{Sku: item.SKU(), Quantity: item.Quantity()}
	}
	return c.send(ctx, sagaID, "inventory.stock.reserve", &inventoryv1.ReserveRequest{
		SagaId: sagaID, StepName: step, OrderId: order.ID(), Items: stock,
	})
}

// Release tells inventory to give back what the saga reserved, if anything.
func (c *Commands) Release(ctx context.Context, sagaID, step string, order *domain.Order) error {
	return c.send(ctx, sagaID, "inventory.stock.release", &inventoryv1.ReleaseRequest{SagaId: sagaID, StepName: step, OrderId: order.ID()})
}

// Ship tells inventory to remove the stock that the saga reserved.
func (c *Commands) Ship(ctx context.Context, sagaID, step string, order *domain.Order) error {
	return c.send(ctx, sagaID, "inventory.stock.ship", &inventoryv1.ShipRequest{SagaId: sagaID, StepName: step, OrderId: order.ID()})
}

// Deduct tells wallet to take the total of the order from the buyer.
func (c *Commands) Deduct(ctx context.Context, sagaID, step string, order *domain.Order) error {
	return c.send(ctx, sagaID, "wallet.balance.deduct", &walletv1.DeductRequest{
		SagaId:   sagaID,
		StepName: step,
		OrderId:  order.ID(),
		UserId:   order.BuyerID(),
		Amount:   &walletv1.Money{MinorUnits: order.Total().MinorUnits(), Currency: order.Total().Currency()},
	})
}

// Refund tells wallet to give back what the saga deducted, if anything.
func (c *Commands) Refund(ctx context.Context, sagaID, step string, order *domain.Order) error {
	return c.send(ctx, sagaID, "wallet.balance.refund", &walletv1.RefundRequest{SagaId: sagaID, StepName: step, OrderId: order.ID()})
}

// send appends a command. A repetition is a message of its own: the saga and the step, not the message id, make it harmless. All commands
// of an order have one aggregate, so they are published in the order of their commits.
func (c *Commands) send(ctx context.Context, sagaID, command string, content proto.Message) error {
	payload, err := protojson.Marshal(content)
	if err != nil {
		return fmt.Errorf("encode %s: %w", command, err)
	}
	return c.outbox.Append(ctx, messaging.Message{
		Type: command, Version: 1, AggregateType: "saga", AggregateID: sagaID, Payload: payload,
	})
}
