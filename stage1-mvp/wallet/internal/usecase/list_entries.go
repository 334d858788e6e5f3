package usecase

import (
	"context"

	"github.com/samber/lo"

	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Cursors makes and reads the places where pages end.
type Cursors interface {
	Encode(scope string, place any) (string, error)
	Decode(scope, cursor string, place any) error
}

// ListEntriesInput asks for one page of a ledger.
type ListEntriesInput struct {
	UserID   string
	Currency string
	PageSize int32
	Cursor   string
}

// ListEntriesOutput is a page; NextCursor is empty on the last one.
type ListEntriesOutput struct {
	Entries    []EntryDTO
	NextCursor string
}

// ListEntries shows a ledger page by page, newest first.
type ListEntries struct {
	wallets domain.WalletRepository
	cursors Cursors
}

// NewListEntries returns the use case.
func NewListEntries(wallets domain.WalletRepository, cursors Cursors) *ListEntries {
	return &ListEntries{wallets: wallets, cursors: cursors}
}

// Execute returns the page. Only the owner and admins may see it.
func (uc *ListEntries) Execute(ctx context.Context, in ListEntriesInput) (ListEntriesOutput, error) {
	userID, err := ownedBy(ctx, in.UserID)
	if err != nil {
		return ListEntriesOutput{}, err
	}
	if _, err := domain.NewMoney(0, in.Currency); err != nil {
		return ListEntriesOutput{}, public(err)
	}
	scope := "entries|created_at desc|" + userID + "|" + in.Currency
	after, err := uc.place(scope, in.Cursor)
	if err != nil {
		return ListEntriesOutput{}, err
	}
	size := pagination.Size(in.PageSize)
	// One more than asked for tells whether there is a next page.
	entries, err := uc.wallets.ListEntries(ctx, userID, in.Currency, after, size+1)
	if err != nil {
		return ListEntriesOutput{}, err
	}
	next := ""
	if len(entries) > size {
		entries = entries[:size]
		last := entries[size-1]
		if next, err = uc.cursors.Encode(scope, domain.Place{CreatedAt: last.CreatedAt, ID: last.ID}); err != nil {
			return ListEntriesOutput{}, err
		}
	}
	return ListEntriesOutput{Entries: lo.Map(entries, toEntryDTO), NextCursor: next}, nil
}

func (uc *ListEntries) place(scope, cursor string) (*domain.Place, error) {
	if cursor == "" {
		return nil, nil
	}
	var place domain.Place
	if err := uc.cursors.Decode(scope, cursor, &place); err != nil {
		return nil, err
	}
	return &place, nil
}
