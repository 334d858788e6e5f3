// Package consumer takes the commands of sagas from the message broker.
package consumer

import (
	"context"
	"fmt"

	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	walletv1 "shop/gen/wallet/v1"
	"shop/platform/logging"
	"shop/platform/messaging"
	"shop/wallet/internal/grpc"
	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

// The commands, by their routing keys.
const (
	deduct = "wallet.balance.deduct"
	refund = "wallet.balance.refund"
)

// newestVersion is that of the commands which this code knows.
const newestVersion = 1

// sender may access every wallet: only services of the shop can write to the broker, and a command names the buyer of its order.
var sender = dto.Caller{Admin: true}

// Commands handles the commands to wallet. Their payloads are the requests of the gRPC methods.
type Commands struct{ commands *usecase.SagaCommands }

// NewCommands returns the handler.
func NewCommands(commands *usecase.SagaCommands) *Commands { return &Commands{commands: commands} }

// Handle is a messaging.Handler. A command that no saga could have sent is permanent.
func (c *Commands) Handle(ctx context.Context, m messaging.Message) error {
	if m.Version > newestVersion {
		logging.From(ctx).Warn("newer command", logging.Event("wallet.command.newer_version"),
			zap.String("type", m.Type), zap.Int("version", m.Version))
	}
	switch m.Type {
	case deduct:
		var req walletv1.DeductRequest
		if err := decode(m, &req); err != nil {
			return err
		}
		return c.commands.Deduct(ctx, grpc.ToDeduct(sender, &req))
	case refund:
		var req walletv1.RefundRequest
		if err := decode(m, &req); err != nil {
			return err
		}
		return c.commands.Refund(ctx, grpc.ToRefund(sender, &req))
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
