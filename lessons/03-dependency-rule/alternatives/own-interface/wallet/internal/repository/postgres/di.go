package postgres

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

// Module provides the repository as each interface that somebody needs.
var Module = fx.Module("repository", fx.Provide(
	fx.Annotate(NewWalletRepository, fx.As(new(domain.WalletRepository)), fx.As(new(usecase.Ledgers))),
	fx.Annotate(NewPaymentRepository, fx.As(new(domain.PaymentRepository))),
))
