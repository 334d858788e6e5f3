// Package config is what the environment says to inventory.
package config

import (
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Config has one field for each part of the service; the variables stand beside what they configure.
type Config struct {
	lifecycle.Common
	Addr     string `env:"INVENTORY_ADDR"`
	Auth     auth.Config
	Database postgres.Config
	Server   grpcserver.Config
}
