package gen

//stagecraft:drop
const BeginExecution = ``

//stagecraft:drop
type BeginExecutionParams struct{}

//stagecraft:drop
func (q *Queries) BeginExecution() {}

//stagecraft:drop
const CloseAbandonedExecution = ``

//stagecraft:drop
type CloseAbandonedExecutionParams struct{}

//stagecraft:drop
func (q *Queries) CloseAbandonedExecution() {}

//stagecraft:drop
const FinishExecution = ``

//stagecraft:drop
type FinishExecutionParams struct{}

//stagecraft:drop
func (q *Queries) FinishExecution() {}
