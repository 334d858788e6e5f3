// Package client has the connections to the services behind the gateway.
package client

import (
	"fmt"

	"go.uber.org/fx"
	"google.golang.org/grpc"

	"shop/gateway/internal/config"
	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/auth"
	"shop/platform/grpcclient"
)

// Module provides the clients of the services. Calls are made as the user whose request is being served.
var Module = fx.Module("client", fx.Provide(newOrder, newInventory, newWallet))

func newOrder(lc fx.Lifecycle, cfg config.Config) (orderv1.OrderServiceClient, orderv1.JobServiceClient, error) {
	conn, err := dial(lc, cfg.Targets.Order, cfg.Client)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to order: %w", err)
	}
	return orderv1.NewOrderServiceClient(conn), orderv1.NewJobServiceClient(conn), nil
}

func newInventory(lc fx.Lifecycle, cfg config.Config) (inventoryv1.InventoryServiceClient, error) {
	conn, err := dial(lc, cfg.Targets.Inventory, cfg.Client)
	if err != nil {
		return nil, fmt.Errorf("connect to inventory: %w", err)
	}
	return inventoryv1.NewInventoryServiceClient(conn), nil
}

func newWallet(lc fx.Lifecycle, cfg config.Config) (walletv1.WalletServiceClient, walletv1.PaymentServiceClient, error) {
	conn, err := dial(lc, cfg.Targets.Wallet, cfg.Client)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to wallet: %w", err)
	}
	return walletv1.NewWalletServiceClient(conn), walletv1.NewPaymentServiceClient(conn), nil
}

func dial(lc fx.Lifecycle, target string, cfg grpcclient.Config) (*grpc.ClientConn, error) {
	return grpcclient.Connect(lc, target, grpcclient.WithConfig(cfg), grpcclient.WithCredentials(auth.ForwardToken()))
}
