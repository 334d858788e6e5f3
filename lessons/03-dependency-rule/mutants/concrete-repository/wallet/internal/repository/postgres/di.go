package postgres

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Module provides the repository, as itself and as the interface of the domain.
var Module = fx.Module("repository", fx.Provide(
	fx.Annotate(NewWalletRepository, fx.As(fx.Self()), fx.As(new(domain.WalletRepository))),
))
