package postgres

import (
	"fmt"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres/gen"
)

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
		Refund:    domain.PaymentRefund{Attempt: int(row.RefundAttempt), Scope: row.RefundScope, Key: row.RefundKey},
		Version:   row.Version,
		CreatedAt: row.CreatedAt,
		UpdatedAt: row.UpdatedAt,
	}), nil
}

func toInsertPayment(p *domain.Payment) gen.InsertPaymentParams {
	return gen.InsertPaymentParams{
		ID:             p.ID(),
		UserID:         p.UserID(),
		IdempotencyKey: p.Request().Key,
		RequestHash:    p.Request().Hash,
		Status:         string(p.Status()),
		Currency:       p.Amount().Currency(),
		AmountMinor:    p.Amount().MinorUnits(),
		Version:        p.Version(),
		CreatedAt:      p.CreatedAt(),
		UpdatedAt:      p.UpdatedAt(),
	}
}

func toUpdatePayment(p *domain.Payment) gen.UpdatePaymentParams {
	return gen.UpdatePaymentParams{
		ID:            p.ID(),
		Status:        string(p.Status()),
		FailureCode:   string(p.Failure().Code),
		FailureReason: p.Failure().Reason,
		RefundAttempt: int32(p.Refund().Attempt),
		RefundScope:   p.Refund().Scope,
		RefundKey:     p.Refund().Key,
		UpdatedAt:     p.UpdatedAt(),
		Expected:      p.Version(),
	}
}
