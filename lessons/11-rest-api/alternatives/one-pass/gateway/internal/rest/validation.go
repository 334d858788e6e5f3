package rest

//stagecraft:drop
func invalidQuery() {}
