package parallel

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// Group is an errgroup.Group in which a panic is an error.
type Group struct{ group *errgroup.Group }

// NewGroup returns a Group, and a context that ends with the first error and when Wait returns.
func NewGroup(ctx context.Context) (*Group, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	return &Group{group: group}, ctx
}

// SetLimit lets at most n functions run at the same time. Call it before Go.
func (g *Group) SetLimit(n int) { g.group.SetLimit(n) }

// Go runs fn in a goroutine, once the limit allows it.
func (g *Group) Go(fn func() error) { g.group.Go(func() error { return Protect(fn) }) }

// Wait returns when all functions have returned, with the first error; a panic is a *PanicError.
func (g *Group) Wait() error { return g.group.Wait() }
