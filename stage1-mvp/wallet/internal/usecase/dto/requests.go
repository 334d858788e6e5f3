package dto

// Caller is who asks, as far as a use case has to know: a user, or the one on whose behalf a service acts.
type Caller struct {
	UserID string
	Admin  bool
}

// MayTouch tells whether the caller may see and move what belongs to the user.
func (c Caller) MayTouch(ownerID string) bool {
	return c.Admin || (ownerID != "" && c.UserID == ownerID)
}

// GetWallet asks for one wallet.
type GetWallet struct {
	Caller   Caller
	UserID   string
	Currency string
}

// TopUp puts money into a user's wallet, once for each key.
type TopUp struct {
	Caller         Caller
	UserID         string
	MinorUnits     int64
	Currency       string
	IdempotencyKey string
}

// ToppedUp is the answer to TopUp. Replayed says that the money came in with an earlier request with the same key.
type ToppedUp struct {
	Wallet   Wallet
	Replayed bool
}

// ListEntries asks for a page of a ledger. Size 0 means the usual one; an empty cursor means the first page.
type ListEntries struct {
	Caller   Caller
	UserID   string
	Currency string
	Size     int32
	Cursor   string
}

// EntryPage is a page of a ledger. Next is empty on the last page.
type EntryPage struct {
	Entries []Entry
	Next    string
}

// Deduct takes money for one order, as a step of a saga.
type Deduct struct {
	Caller     Caller
	SagaID     string
	StepName   string
	OrderID    string
	UserID     string
	MinorUnits int64
	Currency   string
}

// Refund names the step that is to be undone.
type Refund struct {
	SagaID   string
	StepName string
	OrderID  string
}
