// Package config says what the environment of the wallet service holds.
package config

import (
	"errors"

	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/grpcserver"
	"stagecraft/stage1-mvp/platform/lifecycle"
	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Config is the whole configuration. Every part belongs to the package that uses it.
type Config struct {
	Addr     string `env:"WALLET_ADDR"`
	Common   lifecycle.Common
	Ledger   Ledger
	Auth     auth.Config
	Database postgres.Config
	Cursor   pagination.Config
	Server   grpcserver.Config
}

// Ledger is how ledgers are kept.
type Ledger struct {
	// SnapshotEvery is the most entries that a fold has to read.
	SnapshotEvery int64 `env:"LEDGER_SNAPSHOT_EVERY" default:"100"`
}

// Validate refuses what is not a number of entries.
func (l *Ledger) Validate() error {
	if l.SnapshotEvery < 1 {
		return errors.New("LEDGER_SNAPSHOT_EVERY must be at least 1")
	}
	return nil
}
