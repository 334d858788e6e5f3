// Package postgres keeps the domain of inventory in PostgreSQL.
package postgres

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/inventory/internal/domain"
)

// Module provides the repositories as the interfaces of the domain.
var Module = fx.Module("repository", fx.Provide(
	fx.Annotate(NewStockRepository, fx.As(new(domain.StockRepository))),
	fx.Annotate(NewReservationRepository, fx.As(new(domain.ReservationRepository))),
))
