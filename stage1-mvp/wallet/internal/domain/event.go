package domain

// Event is something that has happened to a wallet. Its type and version tell a reader how to decode it, today and in years.
type Event interface {
	EventType() string
	Version() int
}

var _ Event = Entry{}
