package postgres

//stagecraft:drop
func isConflict(err error) bool { return false }
