package usecase

import "github.com/google/uuid"

// newID returns a UUID of version 7, so that rows made one after the other lie together in the index.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
