package rest

import (
	"strings"
	"time"

	"github.com/samber/lo"

	walletv1 "shop/gen/wallet/v1"
)

type walletQuery struct {
	Currency string `form:"currency" binding:"required,len=3,alpha,uppercase"`
}

type entriesQuery struct {
	walletQuery
	pageQuery
}

type walletJSON struct {
	UserID  string    `json:"user_id"`
	Balance moneyJSON `json:"balance"`
}

type entryJSON struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	Amount    moneyJSON `json:"amount"`
	Reference string    `json:"reference"`
	CreatedAt time.Time `json:"created_at"`
}

type entryPageJSON struct {
	Entries    []entryJSON `json:"entries"`
	NextCursor string      `json:"next_cursor"`
}

func fromWalletMoney(m *walletv1.Money) moneyJSON {
	return moneyJSON{MinorUnits: m.GetMinorUnits(), Currency: m.GetCurrency()}
}

func fromWallet(w *walletv1.Wallet) walletJSON {
	return walletJSON{UserID: w.GetUserId(), Balance: fromWalletMoney(w.GetBalance())}
}

func fromEntries(entries []*walletv1.Entry) []entryJSON {
	return lo.Map(entries, func(e *walletv1.Entry, _ int) entryJSON {
		return entryJSON{
			ID:        e.GetId(),
			Kind:      strings.TrimPrefix(e.GetKind().String(), "ENTRY_KIND_"),
			Amount:    fromWalletMoney(e.GetAmount()),
			Reference: e.GetReference(),
			CreatedAt: e.GetCreatedAt().AsTime(),
		}
	})
}
