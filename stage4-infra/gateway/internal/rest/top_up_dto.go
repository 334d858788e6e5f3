package rest

import (
	"strings"
	"time"

	walletv1 "shop/gen/wallet/v1"
)

type topUpBody struct {
	MinorUnits int64  `json:"minor_units" binding:"min=1"`
	Currency   string `json:"currency" binding:"required,len=3,alpha,uppercase"`
	// Source is the token of a card; without it, the card that the provider has on file is charged.
	Source string `json:"source" binding:"max=64"`
}

type topUpURI struct {
	ID string `uri:"id" binding:"required,uuid_rfc4122"`
}

type topUpJSON struct {
	ID            string    `json:"id"`
	Status        string    `json:"status"`
	Amount        moneyJSON `json:"amount"`
	FailureReason string    `json:"failure_reason"`
	CreatedAt     time.Time `json:"created_at"`
}

// toppedUpJSON is the wallet right after a top-up, and the top-up.
type toppedUpJSON struct {
	walletJSON
	TopUp topUpJSON `json:"top_up"`
}

func fromTopUp(t *walletv1.TopUp) topUpJSON {
	return topUpJSON{
		ID:            t.GetId(),
		Status:        strings.TrimPrefix(t.GetStatus().String(), "TOP_UP_STATUS_"),
		Amount:        fromWalletMoney(t.GetAmount()),
		FailureReason: t.GetFailureReason(),
		CreatedAt:     t.GetCreatedAt().AsTime(),
	}
}
