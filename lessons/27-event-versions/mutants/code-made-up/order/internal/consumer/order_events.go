package consumer

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
	"shop/platform/messaging"
)

func toCancellation(ctx context.Context, m messaging.Message) (code, reason string, err error) {
	if m.Version == 1 {
		var cancelled orderv1.OrderCancelled
		err := decode(ctx, m, 1, &cancelled)
		return string(domain.CancelUncertain), cancelled.GetReason(), err
	}
	var cancelled orderv1.OrderCancelledV2
	err = decode(ctx, m, 2, &cancelled)
	return cancelled.GetCode(), cancelled.GetReason(), err
}
