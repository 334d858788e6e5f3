package usecase

import (
	"context"

	"shop/wallet/internal/usecase/dto"
)

// Execute asks until a batch is empty.
func (u *RebuildBalances) Execute(ctx context.Context) (err error) {
	last := dto.Balance{UserID: "00000000-0000-0000-0000-000000000000"}
	for {
		batch, compareErr := u.balances.Compare(ctx, last.UserID, last.Currency, u.cfg.Batch)
		if compareErr != nil {
			return compareErr
		}
		if len(batch) == 0 {
			return err
		}
		for _, last = range batch {
			if !last.Differs() {
				continue
			}
			err = ErrBalancesDiffer
			if u.cfg.Repair && !last.LedgerBroken {
				if repairErr := u.balances.Repair(ctx, last); repairErr != nil {
					return repairErr
				}
			}
		}
		pause, stop := context.WithTimeout(ctx, u.cfg.Pause)
		<-pause.Done()
		stop()
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

//stagecraft:drop
func (u *RebuildBalances) settle(ctx context.Context, b dto.Balance) error { return nil }
