package usecase

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// GetTopUp tells what became of a payment.
type GetTopUp struct{ payments domain.PaymentRepository }

// NewGetTopUp returns the use case.
func NewGetTopUp(payments domain.PaymentRepository) *GetTopUp { return &GetTopUp{payments: payments} }

// Execute returns the payment. Somebody else's is NotFound too: that it exists is nobody's business.
func (u *GetTopUp) Execute(ctx context.Context, caller dto.Caller, id string) (dto.Payment, error) {
	payment, err := visible(ctx, u.payments, caller, id)
	if err != nil {
		return dto.Payment{}, err
	}
	return dto.FromPayment(payment), nil
}

// visible returns the payment if the caller may see it.
func visible(ctx context.Context, payments domain.PaymentRepository, caller dto.Caller, id string) (*domain.Payment, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return nil, errs.Wrap(err, errs.InvalidInput, "INVALID_TOP_UP_ID", "the id of the top-up is not a UUID")
	}
	payment, err := payments.Get(ctx, parsed.String())
	if errors.Is(err, domain.ErrPaymentNotFound) || (err == nil && !caller.MayTouch(payment.UserID())) {
		return nil, errs.New(errs.NotFound, "TOP_UP_NOT_FOUND", "there is no such top-up")
	}
	return payment, err
}
