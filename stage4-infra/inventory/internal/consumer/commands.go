// Package consumer takes the commands of sagas from the message broker.
package consumer

import (
	"context"
	"fmt"

	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/inventory/internal/grpc"
	"shop/inventory/internal/usecase"
	"shop/platform/logging"
	"shop/platform/messaging"
)

// The commands, by their routing keys.
const (
	reserve = "inventory.stock.reserve"
	release = "inventory.stock.release"
	ship    = "inventory.stock.ship"
)

// newestVersion is that of the commands which this code knows.
const newestVersion = 1

// Commands handles the commands to inventory. Their payloads are the requests of the gRPC methods.
type Commands struct{ commands *usecase.SagaCommands }

// NewCommands returns the handler.
func NewCommands(commands *usecase.SagaCommands) *Commands { return &Commands{commands: commands} }

// Handle is a messaging.Handler. A command that no saga could have sent is permanent.
func (c *Commands) Handle(ctx context.Context, m messaging.Message) error {
	if m.Version > newestVersion {
		logging.From(ctx).Warn("newer command", logging.Event("inventory.command.newer_version"),
			zap.String("type", m.Type), zap.Int("version", m.Version))
	}
	switch m.Type {
	case reserve:
		var req inventoryv1.ReserveRequest
		if err := decode(m, &req); err != nil {
			return err
		}
		return c.commands.Reserve(ctx, grpc.ToReserve(&req))
	case release:
		var req inventoryv1.ReleaseRequest
		if err := decode(m, &req); err != nil {
			return err
		}
		return c.commands.Release(ctx, grpc.ToStep(&req))
	case ship:
		var req inventoryv1.ShipRequest
		if err := decode(m, &req); err != nil {
			return err
		}
		return c.commands.Ship(ctx, grpc.ToStep(&req))
	default:
		return messaging.Permanent(fmt.Errorf("unknown command %q", m.Type))
	}
}

// decode ignores fields that it does not know: a newer sender has added them.
func decode(m messaging.Message, into proto.Message) error {
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, into); err != nil {
		return messaging.Permanent(fmt.Errorf("decode %s: %w", m.Type, err))
	}
	return nil
}
