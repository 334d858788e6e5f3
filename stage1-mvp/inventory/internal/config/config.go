// Package config says what the environment of the inventory service holds.
package config

import (
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Config is the whole configuration. Every part belongs to the package that uses it.
type Config struct {
	Addr     string `env:"INVENTORY_ADDR"`
	Basics   lifecycle.Basics
	Auth     auth.Config
	Database postgres.Config
	Server   grpcserver.Config
}
