package health

// TODO: what decides whether a probe is up belongs here: one run of it, with Timeout, and the results in a row.

//stagecraft:drop
var errHanging error

//stagecraft:drop
type monitor struct{}

//stagecraft:drop
func (m *monitor) run() {}

//stagecraft:drop
func (m *monitor) observe() {}

//stagecraft:drop
func (m *monitor) needed() {}
