// Package wallet calls the wallet service for the saga.
package wallet

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	walletv1 "shop/gen/wallet/v1"
	"shop/order/internal/domain"
	"shop/platform/auth"
)

// Client implements the saga's Wallet.
type Client struct{ api walletv1.WalletServiceClient }

// New returns a client on the connection.
func New(conn grpc.ClientConnInterface) *Client {
	return &Client{api: walletv1.NewWalletServiceClient(conn)}
}

// Deduct takes the total of the order from the buyer's wallet, once per saga.
func (c *Client) Deduct(ctx context.Context, sagaID, step string, order *domain.Order) error {
	_, err := c.api.Deduct(auth.OnBehalfOf(ctx, order.BuyerID()), &walletv1.DeductRequest{
		SagaId:   sagaID,
		StepName: step,
		OrderId:  order.ID(),
		UserId:   order.BuyerID(),
		Amount:   &walletv1.Money{MinorUnits: order.Total().MinorUnits(), Currency: order.Total().Currency()},
	})
	if err != nil {
		return fmt.Errorf("deduct balance: %w", err)
	}
	return nil
}

// Refund gives back what the saga deducted, if anything.
func (c *Client) Refund(ctx context.Context, sagaID, step string, order *domain.Order) error {
	_, err := c.api.Refund(auth.OnBehalfOf(ctx, order.BuyerID()), &walletv1.RefundRequest{
		SagaId: sagaID, StepName: step, OrderId: order.ID(),
	})
	if err != nil {
		return fmt.Errorf("refund balance: %w", err)
	}
	return nil
}
