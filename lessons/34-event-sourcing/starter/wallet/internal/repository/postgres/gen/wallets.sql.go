package gen

//stagecraft:drop
const appendEntry = ``

//stagecraft:drop
type AppendEntryParams struct{}

//stagecraft:drop
func (q *Queries) AppendEntry() {}

//stagecraft:drop
const lockWallet = ``

//stagecraft:drop
type LockWalletParams struct{}

//stagecraft:drop
type LockWalletRow struct{}

//stagecraft:drop
func (q *Queries) LockWallet() {}

//stagecraft:drop
const saveSnapshot = ``

//stagecraft:drop
type SaveSnapshotParams struct{}

//stagecraft:drop
func (q *Queries) SaveSnapshot() {}
