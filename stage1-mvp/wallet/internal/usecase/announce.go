package usecase

import (
	"context"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// announce logs what was added to a ledger, once it is committed. After a repetition there is nothing to announce.
func announce(ctx context.Context, wallet *domain.Wallet) {
	if wallet == nil {
		return
	}
	for _, entry := range wallet.Entries() {
		logging.From(ctx).Info("ledger entry added", logging.Event(entry.EventType()),
			zap.Int("event_version", entry.Version()),
			zap.String("user_id", entry.UserID),
			zap.Int64("amount_minor", entry.Amount.MinorUnits()),
			zap.String("currency", entry.Amount.Currency()),
			zap.String("reference", entry.Reference),
			zap.Int64("seq", entry.Seq))
	}
	wallet.ClearEntries()
}
