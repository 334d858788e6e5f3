// Package config says what the environment of the wallet service holds.
package config

import (
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/wallet/internal/client/payment"
	repository "stagecraft/stage1-mvp/wallet/internal/repository/postgres"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

// Config is the whole configuration. Every part belongs to the package that uses it.
type Config struct {
	Addr     string `env:"WALLET_ADDR"`
	Basics   lifecycle.Basics
	Ledger   repository.Config
	Auth     auth.Config
	Database postgres.Config
	Cursor   pagination.Config
	Server   grpcserver.Config
	Payment  payment.Config
	Scan     usecase.ScanConfig
}
