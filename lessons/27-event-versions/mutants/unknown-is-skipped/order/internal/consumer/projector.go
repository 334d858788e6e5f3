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

func decode(ctx context.Context, m messaging.Message, newest int, into proto.Message) error {
	if m.Version > newest {
		logging.From(ctx).Warn("event has a version that is not known", logging.Event("order.event.unknown_version"),
			zap.String("event_type", m.Type), zap.Int("event_version", m.Version), zap.String("message_id", m.ID))
		return nil
	}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, into); err != nil {
		return messaging.Permanent(fmt.Errorf("decode %s, version %d: %w", m.Type, m.Version, err))
	}
	return nil
}
