package usecase

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/order/internal/service/journal"
	"stagecraft/stage1-mvp/order/internal/service/saga"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Module provides the use cases, and binds the interfaces that they and the saga declare to what implements them.
var Module = fx.Module("usecase",
	fx.Provide(
		NewCreateOrder, NewGetOrder, NewListOrders, NewWatchOrder, NewScanStaleSagas,
		NewCancelOrder, NewBatchGetOrders, NewBatchCancelOrders, NewListAllOrders,
		NewRunJob, NewBackfillJob, NewGetJobExecution, NewListJobExecutions,
		fx.Annotate(NewAnswers, fx.As(new(saga.Answers))),
		func(m *postgres.TxManager) (Transactor, saga.Transactor) { return m, m },
		func(s *idempotency.Store) Requests { return s },
		func(e *saga.Engine) SagaRunner { return e },
		func(c *saga.Cancellation) CancellationRunner { return c },
		func(r *saga.Recoverer) SagaRecoverer { return r },
		func(j *journal.Journal) (Journal, saga.Journal) { return j, j },
	),
)
