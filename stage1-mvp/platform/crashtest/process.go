// Package crashtest has a process that dies at one point of its work, for tests that ask what is left then and who finishes it.
package crashtest

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrDead is what everything comes to in a process that is dead.
var ErrDead = errors.New("the process is dead")

// Process dies at the point that DiesAt counts to, from 1; 0 is never. From then on nothing that it does has an effect outside.
type Process struct {
	DiesAt int64
	points atomic.Int64
	dead   atomic.Bool
}

// IsDead tells whether the process has come to its point.
func (p *Process) IsDead() bool { return p.dead.Load() }

// Around does fn with a point before it and one after it: dead at the first, fn does not happen; dead at the second, it happens and nobody
// learns what came of it.
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

// Tx returns transactions of the process: it dies before one or after its commit.
func (p *Process) Tx(tx Transactor) Transactor { return processTx{p, tx} }

type processTx struct {
	process *Process
	tx      Transactor
}

func (t processTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return t.process.Around(func() error { return t.tx.WithTx(ctx, fn) })
}
