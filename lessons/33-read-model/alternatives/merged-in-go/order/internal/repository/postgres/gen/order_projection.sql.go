package gen

//stagecraft:drop
const ActivateGeneration = ``

//stagecraft:drop
func (q *Queries) ActivateGeneration() {}

//stagecraft:drop
const BeginGeneration = ``

//stagecraft:drop
func (q *Queries) BeginGeneration() {}

//stagecraft:drop
const ProjectOrder = ``

//stagecraft:drop
type ProjectOrderParams struct{}

//stagecraft:drop
func (q *Queries) ProjectOrder() {}

//stagecraft:drop
const ProjectProductName = ``

//stagecraft:drop
type ProjectProductNameParams struct{}

//stagecraft:drop
func (q *Queries) ProjectProductName() {}
