package usecase

import (
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/dispatcher"
	"shop/platform/logging"
)

// Module provides the use cases. The app binds the interfaces of infrastructure that they declare.
var Module = fx.Module("usecase",
	fx.Provide(
		newBatchWorkers,
		NewSagaRequests, NewCreateOrder, NewCancelOrder, NewShipOrder, NewBatchCancelOrders,
		NewGetOrder, NewListOrders, NewWatchOrder, NewBatchGetOrders, NewListAllOrders,
		NewApplyReply, NewTimeOutSagas, NewPruneProcessedEvents,
		NewProjectOrder, NewProjectProduct,
		NewRunJob, NewBackfillJob, NewGetJobExecution, NewListJobExecutions,
		func(e *saga.Engine) Sagas { return e },
	),
)

// newBatchWorkers returns the workers of all batches, which the app stops. A panic is a result of its item, so none arrives here.
func newBatchWorkers(cfg BatchConfig, log *zap.Logger) *dispatcher.Dispatcher {
	return dispatcher.New(cfg.Concurrency, cfg.Queue, func(err error) {
		log.Error("panic", logging.Event("order.batch.worker_panicked"), logging.Error(err))
	})
}
