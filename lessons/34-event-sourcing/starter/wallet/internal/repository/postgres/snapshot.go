package postgres

//stagecraft:drop
func (r *WalletRepository) load() {}

//stagecraft:drop
func (r *WalletRepository) foldAll() {}

//stagecraft:drop
func (r *WalletRepository) fold() {}

//stagecraft:drop
func (r *WalletRepository) saveSnapshot() {}
