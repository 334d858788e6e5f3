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
	"shop/platform/lifecycle"
	"shop/platform/mtls"
)

// Module provides the clients of the services, and a probe of each. Calls are made as the user whose request is being served.
var Module = fx.Module("client", fx.Provide(newOrder, newInventory, newWallet), probes)

type in struct {
	fx.In
	Stops    *lifecycle.Coordinator
	Config   config.Config
	Identity *mtls.Identity
	Metrics  *grpcclient.Metrics
}

func newOrder(in in) (orderv1.OrderServiceClient, orderv1.JobServiceClient, error) {
	conn, err := in.dial("order", in.Config.Targets.Order, orderRetries)
	if err != nil {
		return nil, nil, err
	}
	return orderv1.NewOrderServiceClient(conn), orderv1.NewJobServiceClient(conn), nil
}

func newInventory(in in) (inventoryv1.InventoryServiceClient, error) {
	conn, err := in.dial("inventory", in.Config.Targets.Inventory, inventoryRetries)
	if err != nil {
		return nil, err
	}
	return inventoryv1.NewInventoryServiceClient(conn), nil
}

func newWallet(in in) (walletv1.WalletServiceClient, walletv1.PaymentServiceClient, error) {
	conn, err := in.dial("wallet", in.Config.Targets.Wallet, walletRetries)
	if err != nil {
		return nil, nil, err
	}
	return walletv1.NewWalletServiceClient(conn), walletv1.NewPaymentServiceClient(conn), nil
}

func (in in) dial(service, target string, retries grpcclient.Methods) (*grpc.ClientConn, error) {
	conn, err := grpcclient.Connect(in.Stops, target, grpcclient.WithConfig(in.Config.Client),
		grpcclient.WithTransportCredentials(in.Identity.Client(service)), grpcclient.WithCredentials(auth.ForwardToken()),
		grpcclient.WithRetries(retries), grpcclient.WithMetrics(in.Metrics))
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", service, err)
	}
	return conn, nil
}
