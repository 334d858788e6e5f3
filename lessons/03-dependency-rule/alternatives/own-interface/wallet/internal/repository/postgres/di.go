package postgres

import (
	"go.uber.org/fx"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase"
)

// Module provides the repository as each interface that is needed.
var Module = fx.Module("repository", fx.Provide(
	fx.Annotate(NewWalletRepository, fx.As(new(domain.WalletRepository)), fx.As(new(usecase.Ledgers))),
	fx.Annotate(NewPaymentRepository, fx.As(new(domain.PaymentRepository))),
))
