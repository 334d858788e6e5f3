// Package config says what the environment of the order service holds.
package config

import (
	"stagecraft/stage1-mvp/order/internal/client/inventory"
	"stagecraft/stage1-mvp/order/internal/client/wallet"
	"stagecraft/stage1-mvp/order/internal/job"
	"stagecraft/stage1-mvp/order/internal/service/saga"
	"stagecraft/stage1-mvp/order/internal/usecase"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcclient"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Config is the whole configuration. Every part belongs to the package that uses it.
type Config struct {
	Addr      string `env:"ORDER_ADDR"`
	Basics    lifecycle.Basics
	Auth      auth.Config
	Issuer    auth.IssuerConfig
	Server    grpcserver.Config
	Client    grpcclient.Config
	Inventory inventory.Config
	Wallet    wallet.Config
	Database  postgres.Config
	Saga      saga.Config
	Scan      usecase.ScanConfig
	Watch     usecase.WatchConfig
	Batch     usecase.BatchConfig
	Cursor    pagination.Config
	Jobs      job.Config
}
