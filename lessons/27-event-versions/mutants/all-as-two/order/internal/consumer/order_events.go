package consumer

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/platform/messaging"
)

func toCancellation(ctx context.Context, m messaging.Message) (code, reason string, err error) {
	var cancelled orderv1.OrderCancelledV2
	err = decode(ctx, m, 2, &cancelled)
	return cancelled.GetCode(), cancelled.GetReason(), err
}
