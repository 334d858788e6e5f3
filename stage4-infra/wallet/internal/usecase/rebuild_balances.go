package usecase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/wallet/internal/usecase/dto"
)

// ErrBalancesDiffer means that a wallet was not what its ledger says.
var ErrBalancesDiffer = errors.New("stored balances differ from the ledger")

// RebuildConfig limits the load of a rebuild, and says whether it may write.
type RebuildConfig struct {
	// Batch is how many wallets one statement folds.
	Batch int32 `env:"REBUILD_BATCH" default:"100"`
	// Pause is the time between two statements, left to others.
	Pause time.Duration `env:"REBUILD_PAUSE" default:"10ms"`
	// Repair replaces what differs by the fold of the ledger. The ledger itself is never changed.
	Repair bool `env:"REBUILD_REPAIR" default:"false"`
}

// Validate rejects a batch of nothing.
func (c *RebuildConfig) Validate() error {
	if c.Batch < 1 {
		return errors.New("REBUILD_BATCH must be at least 1")
	}
	return nil
}

// Balances compares stored balances with ledgers, beside live traffic.
type Balances interface {
	// Compare returns the next size wallets after this one, in the order of their users and currencies.
	Compare(ctx context.Context, afterUser, afterCurrency string, size int32) ([]dto.Balance, error)
	// Repair stores the fold of the ledger instead of what differs, unless it has changed since it was compared.
	Repair(ctx context.Context, balance dto.Balance) error
}

// RebuildBalances computes every balance and snapshot again from the ledger, and proves that the stored ones are the same.
type RebuildBalances struct {
	cfg      RebuildConfig
	balances Balances
}

// NewRebuildBalances returns the use case.
func NewRebuildBalances(cfg RebuildConfig, balances Balances) *RebuildBalances {
	return &RebuildBalances{cfg: cfg, balances: balances}
}

// Execute returns nil if all wallets are what their ledgers say. Otherwise it reports each that is not and returns ErrBalancesDiffer, also
// when it has repaired them: the next run proves that.
func (u *RebuildBalances) Execute(ctx context.Context) error {
	compared, differing := 0, 0
	for afterUser, afterCurrency := uuid.Nil.String(), ""; ; {
		batch, err := u.balances.Compare(ctx, afterUser, afterCurrency, u.cfg.Batch)
		if err != nil {
			return err
		}
		for _, balance := range batch {
			if !balance.Differs() {
				continue
			}
			differing++
			if err := u.settle(ctx, balance); err != nil {
				return err
			}
		}
		compared += len(batch)
		if len(batch) < int(u.cfg.Batch) {
			break
		}
		afterUser, afterCurrency = batch[len(batch)-1].UserID, batch[len(batch)-1].Currency
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(u.cfg.Pause):
		}
	}
	logging.From(ctx).Info("balances compared", logging.Event("wallet.rebuild.completed"),
		zap.Int("compared", compared), zap.Int("differing", differing))
	if differing > 0 {
		return fmt.Errorf("%w: %d of %d", ErrBalancesDiffer, differing, compared)
	}
	return nil
}

// settle reports a difference, and repairs it if that is allowed and the ledger can be trusted.
func (u *RebuildBalances) settle(ctx context.Context, b dto.Balance) error {
	logging.From(ctx).Error("balance differs from the ledger", logging.Event("wallet.rebuild.differs"),
		zap.String("user_id", b.UserID), zap.String("currency", b.Currency), zap.Bool("ledger_broken", b.LedgerBroken),
		zap.Int64("stored_minor", b.Stored.MinorUnits), zap.Int64("stored_version", b.Stored.Version),
		zap.Int64("ledger_minor", b.Ledger.MinorUnits), zap.Int64("ledger_version", b.Ledger.Version),
		zap.Bool("snapshot_wrong", b.SnapshotWrong))
	if !u.cfg.Repair || b.LedgerBroken {
		return nil
	}
	return u.balances.Repair(ctx, b)
}
