package postgres

import (
	"errors"
	"fmt"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/repository/postgres/gen"
)

func toWallet(userID, currency string, balanceMinor, version int64) (*domain.Wallet, error) {
	balance, err := domain.NewMoney(balanceMinor, currency)
	if err != nil {
		return nil, fmt.Errorf("wallet of %s: %w", userID, err)
	}
	return domain.RestoreWallet(userID, balance, version), nil
}

func toEntry(row gen.LedgerEntry) (domain.Entry, error) {
	amount, err := domain.NewMoney(row.AmountMinor, row.Currency)
	balance, balanceErr := domain.NewMoney(row.BalanceMinor, row.Currency)
	if err := errors.Join(err, balanceErr); err != nil {
		return domain.Entry{}, fmt.Errorf("entry %d of %s: %w", row.Seq, row.UserID, err)
	}
	return domain.RestoreEntry(row.UserID, row.Seq, domain.EntryKind(row.Kind), amount, balance, row.Reference, row.CreatedAt), nil
}

func toEntries(rows []gen.LedgerEntry) (entries []domain.Entry, err error) {
	for _, row := range rows {
		entry, err := toEntry(row)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func toAppendEntry(e domain.Entry) gen.AppendEntryParams {
	return gen.AppendEntryParams{
		UserID: e.UserID, Currency: e.Amount.Currency(), Seq: e.Sequence, Kind: int16(e.Kind),
		AmountMinor: e.Amount.MinorUnits(), BalanceMinor: e.Balance.MinorUnits(), Reference: e.Reference, CreatedAt: e.OccurredAt,
	}
}

func toPayment(row gen.Payment) (*domain.Payment, error) {
	amount, err := domain.NewMoney(row.AmountMinor, row.Currency)
	if err != nil {
		return nil, fmt.Errorf("payment %s: %w", row.ID, err)
	}
	return domain.RestorePayment(domain.PaymentSnapshot{
		ID:        row.ID,
		UserID:    row.UserID,
		Request:   domain.PaymentRequest{Key: row.IdempotencyKey, Hash: row.RequestHash},
		Amount:    amount,
		Status:    domain.PaymentStatus(row.Status),
		Failure:   domain.PaymentFailure{Code: domain.PaymentFailureCode(row.FailureCode), Reason: row.FailureReason},
		Version:   row.Version,
		CreatedAt: row.CreatedAt,
		UpdatedAt: row.UpdatedAt,
	}), nil
}

func toInsertPayment(p domain.PaymentSnapshot) gen.InsertPaymentParams {
	return gen.InsertPaymentParams{
		ID: p.ID, UserID: p.UserID, IdempotencyKey: p.Request.Key, RequestHash: p.Request.Hash, Status: string(p.Status),
		Currency: p.Amount.Currency(), AmountMinor: p.Amount.MinorUnits(), Version: p.Version, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
}
