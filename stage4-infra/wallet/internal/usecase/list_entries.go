package usecase

import (
	"context"

	"shop/platform/pagination"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
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

// position is the place of an entry in the ledger of its wallet.
type position struct{ Sequence int64 }

// Execute returns the page. It is for the owner and admins. It reads one entry more than fits, to know whether there is a next page.
func (u *ListEntries) Execute(ctx context.Context, in dto.ListEntries) (page dto.EntryPage, err error) {
	userID, err := ownedBy(in.Caller, in.UserID)
	if err != nil {
		return dto.EntryPage{}, err
	}
	if _, err := domain.NewMoney(0, in.Currency); err != nil {
		return dto.EntryPage{}, public(err)
	}
	scope := "entries sort=sequence:desc user=" + userID + " currency=" + in.Currency
	last, err := pagination.Place[position](u.cursors, scope, in.Cursor)
	if err != nil {
		return dto.EntryPage{}, err
	}
	if last == nil {
		last = &position{}
	}
	size := pagination.Size(in.Size)
	entries, err := u.wallets.ListEntries(ctx, userID, in.Currency, last.Sequence, size+1)
	if err != nil {
		return dto.EntryPage{}, err
	}
	if len(entries) > size {
		entries = entries[:size]
		if page.Next, err = u.cursors.Encode(scope, position{entries[size-1].Sequence}); err != nil {
			return dto.EntryPage{}, err
		}
	}
	for _, entry := range entries {
		page.Entries = append(page.Entries, dto.FromEntry(entry))
	}
	return page, nil
}
