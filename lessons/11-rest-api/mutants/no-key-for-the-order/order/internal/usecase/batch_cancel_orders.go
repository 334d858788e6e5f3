package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/logging"
)

func (u *BatchCancelOrders) one(ctx context.Context, in dto.BatchCancel, id string) dto.OrderResult {
	done, err := u.cancel.Execute(ctx, dto.CancelOrder{Caller: in.Caller, ID: id})
	if err == nil {
		return dto.OrderResult{ID: id, Order: done.Order}
	}
	if errs.CodeOf(err) == errs.Internal && ctx.Err() != nil {
		err = inProgress(err)
	}
	if errs.CodeOf(err) == errs.Internal {
		// The caller gets no cause of an internal error, and no layer above sees more of it than the batch.
		logging.From(ctx).Error("order of a batch failed", logging.Event("order.batch.item_failed"), zap.String("order_id", id),
			logging.Error(err))
	}
	return dto.OrderResult{ID: id, Err: errs.From(err)}
}
