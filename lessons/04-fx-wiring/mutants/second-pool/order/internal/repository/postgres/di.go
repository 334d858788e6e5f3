package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/fx"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/job"
	"shop/platform/postgres"
)

// Module provides the repositories under the interfaces that others declare.
var Module = fx.Module("repository",
	fx.Decorate(readPool),
	fx.Provide(
		fx.Annotate(NewOrderRepository, fx.As(new(domain.OrderRepository))),
		fx.Annotate(NewSagaRepository, fx.As(new(saga.Repository))),
		fx.Annotate(NewQueryService, fx.As(new(query.QueryService))),
		fx.Annotate(NewExecutionRepository, fx.As(new(job.History)), fx.As(new(usecase.JobExecutions))),
	),
)

// readPool is for what runs outside of a transaction, so that lists do not take the connections of purchases.
//
//stagecraft:add
func readPool(cfg postgres.Config) (*pgxpool.Pool, error) {
	return postgres.NewPool(context.Background(), cfg)
}
