package usecase

import (
	"go.uber.org/fx"

	"shop/order/internal/service/saga"
)

// Module provides the use cases. The app binds the interfaces of infrastructure that they declare.
var Module = fx.Module("usecase",
	fx.Provide(
		NewSagaRequests, NewCreateOrder, NewCancelOrder, NewShipOrder, NewBatchCancelOrders,
		NewGetOrder, NewListOrders, NewWatchOrder, NewBatchGetOrders, NewListAllOrders,
		NewScanStaleSagas, NewPruneProcessedEvents,
		NewRunJob, NewBackfillJob, NewGetJobExecution, NewListJobExecutions,
		fx.Annotate(NewAnswers, fx.As(new(saga.Answers))),
		func(b *saga.Background) Sagas { return b },
		func(d *saga.Driver) SagaRecoverer { return d },
	),
)
