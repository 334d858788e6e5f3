package postgres

import (
	"go.uber.org/fx"

	"shop/wallet/internal/domain"
)

// Module provides the repositories as the interfaces of the domain, and one of them as itself.
var Module = fx.Module("repository", fx.Provide(
	fx.Annotate(NewWalletRepository, fx.As(fx.Self()), fx.As(new(domain.WalletRepository))),
	fx.Annotate(NewPaymentRepository, fx.As(new(domain.PaymentRepository))),
))
