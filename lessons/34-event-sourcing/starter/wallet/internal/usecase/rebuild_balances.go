package usecase

import "context"

// Execute returns nil if all wallets are what their ledgers say.
func (u *RebuildBalances) Execute(ctx context.Context) error {
	// TODO: compare all wallets, batch by batch.
	return nil
}

//stagecraft:drop
func (u *RebuildBalances) settle(ctx context.Context) error { return nil }
