package dto

// Balance is what is stored of one wallet, beside the fold of its ledger.
type Balance struct {
	UserID        string
	Currency      string
	Stored        BalanceAt
	Ledger        BalanceAt
	Snapshot      BalanceAt
	SnapshotWrong bool
	// LedgerBroken means that the ledger itself is not consistent: an entry is missing, or has another balance than the sum.
	LedgerBroken bool
}

// BalanceAt is a balance after the entry with the number Version.
type BalanceAt struct {
	MinorUnits int64
	Version    int64
}

// Differs reports whether anything stored is not what the ledger says.
func (b Balance) Differs() bool { return b.LedgerBroken || b.SnapshotWrong || b.Stored != b.Ledger }
