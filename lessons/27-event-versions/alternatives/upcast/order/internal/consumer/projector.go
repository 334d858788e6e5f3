package consumer

import (
	"context"
	"encoding/json"
	"fmt"

	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"shop/platform/logging"
	"shop/platform/messaging"
)

func decode(ctx context.Context, m messaging.Message, newest int, into proto.Message) (err error) {
	defer func() {
		if m.Version > newest {
			logging.From(ctx).With(zap.String("message_id", m.ID), zap.String("event_type", m.Type)).
				Warn("", zap.Int("event_version", m.Version), logging.Event("order.event.unknown_version"))
		}
	}()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(m.Payload, &fields); err != nil {
		return fmt.Errorf("decode: %w", messaging.Permanent(err))
	}
	known := into.ProtoReflect().Descriptor().Fields()
	for name := range fields {
		if known.ByJSONName(name) == nil && known.ByTextName(name) == nil {
			delete(fields, name)
		}
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		return messaging.Permanent(err)
	}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(rest, into); err != nil {
		return messaging.Permanent(err)
	}
	return nil
}
