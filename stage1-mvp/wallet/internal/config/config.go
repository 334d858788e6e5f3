// Package config is the configuration of the wallet service.
package config

import (
	"shop/platform/auth"
	"shop/platform/grpcserver"
	"shop/platform/lifecycle"
	"shop/platform/pagination"
	"shop/platform/postgres"
	provider "shop/wallet/internal/client/payment"
	"shop/wallet/internal/service/payment"
	"shop/wallet/internal/usecase"
)

// Config is the whole configuration. Each part is declared by the package that uses it.
type Config struct {
	Addr     string `env:"WALLET_ADDR"`
	Basics   lifecycle.Basics
	Auth     auth.Config
	Database postgres.Config
	Cursor   pagination.Config
	Server   grpcserver.Config
	Provider provider.Config
	Payment  payment.Config
	Scan     usecase.ScanConfig
	Prune    usecase.PruneConfig
}
