package domain

// Event is something that has happened to a wallet. Its type and version tell a reader how to decode it, today and in years.
// Its fields belong to that contract, also those that nothing in this stage reads: they are all that a reader elsewhere will know.
type Event interface {
	EventType() string
	Version() int
}

var _ Event = Entry{}
