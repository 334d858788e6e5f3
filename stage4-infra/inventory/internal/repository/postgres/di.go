// Package postgres keeps the domain of inventory in PostgreSQL.
package postgres

import (
	"go.uber.org/fx"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/usecase"
)

// Module provides the repositories as the interfaces that the domain and the use cases declare.
var Module = fx.Module("repository", fx.Provide(
	fx.Annotate(NewProductRepository, fx.As(new(domain.ProductRepository)), fx.As(new(usecase.ProductQueries))),
	fx.Annotate(NewStockRepository, fx.As(new(domain.StockRepository))),
	fx.Annotate(NewReservationRepository, fx.As(new(domain.ReservationRepository))),
))
