package consumer

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"shop/platform/messaging"
)

// decode reads an event whose newest known version is this one.
func decode(ctx context.Context, m messaging.Message, newest int, into proto.Message) error {
	// TODO: what if the version is newer, and what if it has fields that this code does not know?
	if m.Version > newest {
		return fmt.Errorf("%s has the unknown version %d", m.Type, m.Version)
	}
	return protojson.Unmarshal(m.Payload, into)
}
