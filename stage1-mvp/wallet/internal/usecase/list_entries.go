package usecase

import (
	"context"

	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// ListEntries shows a ledger page by page, newest first.
type ListEntries struct {
	wallets domain.WalletRepository
	cursors *pagination.Signer
}

// NewListEntries returns the use case.
func NewListEntries(wallets domain.WalletRepository, cursors *pagination.Signer) *ListEntries {
	return &ListEntries{wallets: wallets, cursors: cursors}
}

// Execute returns the page. Only the owner and admins may see it. It reads one entry more than fits, to know whether there is a next page.
func (u *ListEntries) Execute(ctx context.Context, in dto.ListEntries) (dto.EntryPage, error) {
	userID, err := ownedBy(in.Caller, in.UserID)
	if err != nil {
		return dto.EntryPage{}, err
	}
	if _, err := domain.NewMoney(0, in.Currency); err != nil {
		return dto.EntryPage{}, public(err)
	}
	scope := "entries sort=created_at,id:desc user=" + userID + " currency=" + in.Currency
	after, err := pagination.Place[domain.Place](u.cursors, scope, in.Cursor)
	if err != nil {
		return dto.EntryPage{}, err
	}
	size := pagination.Size(in.Size)
	entries, err := u.wallets.ListEntries(ctx, userID, in.Currency, after, size+1)
	if err != nil {
		return dto.EntryPage{}, err
	}
	var page dto.EntryPage
	if len(entries) > size {
		entries = entries[:size]
		last := entries[size-1]
		if page.Next, err = u.cursors.Encode(scope, domain.Place{CreatedAt: last.CreatedAt, ID: last.ID}); err != nil {
			return dto.EntryPage{}, err
		}
	}
	for _, entry := range entries {
		page.Entries = append(page.Entries, dto.FromEntry(entry))
	}
	return page, nil
}
