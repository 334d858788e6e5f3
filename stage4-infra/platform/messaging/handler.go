package messaging

import "context"

// Handler does what a message asks for. nil means that the effect is committed, and the message is done. An error for which IsPermanent
// holds sends the message to the dead letters; after any other error it is delivered again.
type Handler func(ctx context.Context, m Message) error
