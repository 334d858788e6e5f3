package consumer

import (
	"context"
	"fmt"

	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"shop/platform/logging"
	"shop/platform/messaging"
)

// decode reports what it does not know after it could read it, or could not.
func decode(ctx context.Context, m messaging.Message, newest int, into proto.Message) error {
	err := protojson.UnmarshalOptions{DiscardUnknown: true, AllowPartial: true}.Unmarshal(m.Payload, into)
	if newest < m.Version {
		logging.From(ctx).Warn("newer event", zap.String("message_id", m.ID), zap.Int("event_version", m.Version),
			zap.String("event_type", m.Type), logging.Event("order.event.unknown_version"), zap.Bool("readable", err == nil))
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", m.Type, messaging.Permanent(err))
}
