package postgres

//stagecraft:drop
func toAppendEntry() {}
