// Package config is what the environment says to inventory.
package config

import (
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/telemetry"
)

// Config has one field for each part of the service; the variables stand beside what they configure.
type Config struct {
	Addr      string `env:"INVENTORY_ADDR"`
	Logging   logging.Config
	Telemetry telemetry.Config
	Lifecycle lifecycle.Config
	Auth      auth.Config
	Database  postgres.Config
	Server    grpcserver.Config
}
