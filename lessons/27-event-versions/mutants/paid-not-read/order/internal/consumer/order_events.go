package consumer

import (
	"context"

	"shop/platform/messaging"
)

func decodePaid(ctx context.Context, m messaging.Message) error { return nil }
