// Package config has the environment of the order service.
package config

import (
	"fmt"

	"shop/order/internal/client/inventory"
	"shop/order/internal/client/wallet"
	"shop/order/internal/job"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/grpcclient"
	"shop/platform/grpcserver"
	"shop/platform/lifecycle"
	"shop/platform/pagination"
	"shop/platform/postgres"
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
	Answers   usecase.AnswerConfig
	Prune     usecase.PruneConfig
	Watch     usecase.WatchConfig
	Batch     usecase.BatchConfig
	Cursor    pagination.Config
	Jobs      job.Config
}

// Validate refuses a scanner that would take sagas away from healthy drivers.
func (c *Config) Validate() error {
	if silence := c.Saga.LongestSilence(); c.Scan.StaleAfter <= silence {
		return fmt.Errorf("SAGA_STALE_AFTER must be longer than %s, the longest time between two writes of a healthy saga", silence)
	}
	return nil
}
