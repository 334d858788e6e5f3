package usecase

import (
	"context"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/errs"
)

// ownedBy returns the user's id as rows have it, if the caller may touch what belongs to that user.
func ownedBy(ctx context.Context, userID string) (string, error) {
	parsed, err := uuid.Parse(userID)
	if err != nil {
		return "", errs.Wrap(err, errs.InvalidInput, "INVALID_USER_ID", "the user id is not a UUID")
	}
	if caller, ok := auth.FromContext(ctx); !ok || !caller.Owns(userID) {
		return "", errs.New(errs.Forbidden, "NOT_YOUR_WALLET", "this is not your wallet")
	}
	return parsed.String(), nil
}
