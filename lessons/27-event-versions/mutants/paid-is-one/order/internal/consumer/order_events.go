package consumer

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/platform/messaging"
)

func decodePaid(ctx context.Context, m messaging.Message) error {
	return decode(ctx, m, 2, &orderv1.OrderPaid{})
}
