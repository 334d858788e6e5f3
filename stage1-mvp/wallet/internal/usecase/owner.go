package usecase

import (
	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// ownedBy returns the user's id in the spelling that rows use, if the caller may touch what belongs to that user.
func ownedBy(caller dto.Caller, userID string) (string, error) {
	parsed, err := uuid.Parse(userID)
	if err != nil {
		return "", errs.Wrap(err, errs.InvalidInput, "INVALID_USER_ID", "the user id is not a UUID")
	}
	if !caller.MayTouch(parsed.String()) {
		return "", errs.New(errs.Forbidden, "NOT_YOUR_WALLET", "this is not your wallet")
	}
	return parsed.String(), nil
}
