package rest

import "shop/platform/errs"

// invalidFields returns an InvalidInput that names the fields.
func invalidFields(err error) error {
	// TODO: which fields, in whose words?
	return errs.Wrap(err, errs.InvalidInput, "INVALID_INPUT", "the request is not valid: %s", err)
}

//stagecraft:drop
func wirePath() string { return "" }

//stagecraft:drop
func invalidQuery() error { return nil }
