package postgres

import "errors"

// Config holds the settings of the wallets.
type Config struct {
	// SnapshotEvery is how many entries of a ledger are read again at most before the sum of them is stored.
	SnapshotEvery int64 `env:"WALLET_SNAPSHOT_EVERY" default:"100"`
}

// Validate rejects snapshots of nothing.
func (c *Config) Validate() error {
	if c.SnapshotEvery < 1 {
		return errors.New("WALLET_SNAPSHOT_EVERY must be at least 1")
	}
	return nil
}
