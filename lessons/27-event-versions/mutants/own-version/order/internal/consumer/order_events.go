package consumer

import (
	"context"
	"os"

	orderv1 "shop/gen/order/v1"
	"shop/platform/messaging"
)

func toCancellation(ctx context.Context, m messaging.Message) (code, reason string, err error) {
	if os.Getenv("ORDER_EVENT_VERSION") == "1" {
		var cancelled orderv1.OrderCancelled
		err := decode(ctx, m, 2, &cancelled)
		return "", cancelled.GetReason(), err
	}
	var cancelled orderv1.OrderCancelledV2
	err = decode(ctx, m, 2, &cancelled)
	return cancelled.GetCode(), cancelled.GetReason(), err
}
