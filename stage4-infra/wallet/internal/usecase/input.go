package usecase

import (
	"fmt"

	"github.com/google/uuid"

	"shop/platform/errs"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

// toAmount returns a positive amount.
func toAmount(minorUnits int64, currency string) (domain.Money, error) {
	amount, err := domain.NewMoney(minorUnits, currency)
	if err != nil {
		return domain.Money{}, err
	}
	if !amount.IsPositive() {
		return domain.Money{}, fmt.Errorf("%w: %s", domain.ErrInvalidAmount, amount)
	}
	return amount, nil
}

// ownedBy returns the user's id in the spelling that rows use, if the caller may access what belongs to that user.
func ownedBy(caller dto.Caller, userID string) (string, error) {
	parsed, err := uuid.Parse(userID)
	if err != nil {
		return "", errs.Wrap(err, errs.InvalidInput, "INVALID_USER_ID", "the user id is not a UUID")
	}
	if !caller.MayAccess(parsed.String()) {
		return "", errs.New(errs.Forbidden, "NOT_YOUR_WALLET", "this is not your wallet")
	}
	return parsed.String(), nil
}
