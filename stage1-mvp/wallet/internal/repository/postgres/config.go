package postgres

import "errors"

// Config is what the environment says about keeping ledgers.
type Config struct {
	// SnapshotEvery is the most entries that a fold has to read.
	SnapshotEvery int64 `env:"LEDGER_SNAPSHOT_EVERY" default:"100"`
}

// Validate refuses what is not a number of entries.
func (c *Config) Validate() error {
	if c.SnapshotEvery < 1 {
		return errors.New("LEDGER_SNAPSHOT_EVERY must be at least 1")
	}
	return nil
}
