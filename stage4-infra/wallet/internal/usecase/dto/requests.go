package dto

// Caller is the authenticated user, or the user on whose behalf a service acts.
type Caller struct {
	UserID string
	Admin  bool
}

// MayAccess reports whether the caller may read and change what belongs to the user.
func (c Caller) MayAccess(ownerID string) bool {
	return c.Admin || (ownerID != "" && c.UserID == ownerID)
}

// GetWallet asks for one wallet.
type GetWallet struct {
	Caller   Caller
	UserID   string
	Currency string
}

// TopUp adds money to a user's wallet at the cash desk, once per key.
type TopUp struct {
	Caller         Caller
	UserID         string
	MinorUnits     int64
	Currency       string
	IdempotencyKey string
}

// ToppedUp is the answer to TopUp. Replayed means that an earlier request with the same key brought the money in.
type ToppedUp struct {
	Wallet   Wallet
	Replayed bool
}

// ListEntries asks for a page of a ledger. Size 0 means the default; an empty cursor means the first page.
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

// Refund names the step to undo.
type Refund struct {
	Caller   Caller
	SagaID   string
	StepName string
	OrderID  string
}
