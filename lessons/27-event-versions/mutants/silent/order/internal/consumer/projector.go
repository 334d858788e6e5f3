package consumer

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"shop/platform/messaging"
)

func decode(ctx context.Context, m messaging.Message, newest int, into proto.Message) error {
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, into); err != nil {
		return messaging.Permanent(fmt.Errorf("decode %s, version %d: %w", m.Type, m.Version, err))
	}
	return nil
}
