// Package postgres stores wallets and payments in PostgreSQL.
package postgres

import (
	"go.uber.org/fx"

	"shop/wallet/internal/domain"
)

// Module provides the repositories as the interfaces of the domain.
var Module = fx.Module("repository", fx.Provide(
	fx.Annotate(NewWalletRepository, fx.As(new(domain.WalletRepository))),
	fx.Annotate(NewPaymentRepository, fx.As(new(domain.PaymentRepository))),
))
