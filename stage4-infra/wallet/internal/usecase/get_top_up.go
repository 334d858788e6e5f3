package usecase

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"shop/platform/errs"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

// GetTopUp shows a payment.
type GetTopUp struct{ payments domain.PaymentRepository }

// NewGetTopUp returns the use case.
func NewGetTopUp(payments domain.PaymentRepository) *GetTopUp { return &GetTopUp{payments: payments} }

// Execute returns the payment. A payment of another user is NotFound, so that its existence is not revealed.
func (u *GetTopUp) Execute(ctx context.Context, caller dto.Caller, id string) (dto.Payment, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return dto.Payment{}, errs.Wrap(err, errs.InvalidInput, "INVALID_TOP_UP_ID", "the id of the top-up is not a UUID")
	}
	payment, err := u.payments.Get(ctx, parsed.String())
	if errors.Is(err, domain.ErrPaymentNotFound) || (err == nil && !caller.MayAccess(payment.UserID())) {
		return dto.Payment{}, errs.New(errs.NotFound, "TOP_UP_NOT_FOUND", "there is no such top-up")
	}
	if err != nil {
		return dto.Payment{}, err
	}
	return dto.FromPayment(payment), nil
}
