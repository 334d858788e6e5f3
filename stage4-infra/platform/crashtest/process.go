// Package crashtest simulates a process that dies at a chosen point, for tests of what it leaves behind and how it is finished.
package crashtest

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrDead is the error of every operation of a dead process.
var ErrDead = errors.New("the process is dead")

// Process dies at point number DiesAt, counted from 1; 0 means never. From then on nothing it does has an effect outside.
type Process struct {
	DiesAt int64
	points atomic.Int64
	dead   atomic.Bool
}

// IsDead reports whether the process has died.
func (p *Process) IsDead() bool { return p.dead.Load() }

// Around runs fn with one point before it and one after it. A process that dies at the first never runs fn; one that dies at the second has
// run it, but the result is lost.
func (p *Process) Around(fn func() error) error {
	if err := p.point(); err != nil {
		return err
	}
	err := fn()
	if dead := p.point(); dead != nil {
		return dead
	}
	return err
}

func (p *Process) point() error {
	if p.points.Add(1) == p.DiesAt {
		p.dead.Store(true)
	}
	if p.dead.Load() {
		return ErrDead
	}
	return nil
}

// Transactor runs a function in a transaction.
type Transactor interface {
	WithTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Tx returns the transactions of the process, which may die before a transaction or right after its commit.
func (p *Process) Tx(tx Transactor) Transactor { return processTx{p, tx} }

type processTx struct {
	process *Process
	tx      Transactor
}

func (t processTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return t.process.Around(func() error { return t.tx.WithTx(ctx, fn) })
}
