package domain

// Snapshot is the balance after the entry Seq, so that a fold need not begin at the first entry.
type Snapshot struct {
	Seq     int64
	Balance Money
}

// SnapshotDue returns the snapshot to store if the added entries have crossed a multiple of every.
func (w *Wallet) SnapshotDue(every int64) (Snapshot, bool) {
	before := w.version - int64(len(w.entries))
	if every < 1 || w.version/every == before/every {
		return Snapshot{}, false
	}
	return Snapshot{Seq: w.version, Balance: w.balance}, true
}
