package usecase

import "shop/platform/errs"

// checkBatch refuses an empty batch, and one that is too large for a single request.
func checkBatch(ids []string, most int) error {
	if len(ids) == 0 || len(ids) > most {
		return errs.New(errs.InvalidInput, "INVALID_BATCH_SIZE", "a batch has 1 to %d ids, this one has %d", most, len(ids))
	}
	return nil
}
