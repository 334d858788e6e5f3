// Package infra gives every check its own PostgreSQL databases, Redis and RabbitMQ vhost on real servers, which it finds,
// starts, keeps warm between runs and stops again.
package infra

import (
	"fmt"
	"io/fs"
)

// Need says which servers a run uses. Redis and RabbitMQ bring PostgreSQL with them: it is where runs are registered.
type Need struct{ Postgres, Redis, RabbitMQ bool }

// None says that no server is needed.
func (n Need) None() bool { return !n.Postgres && !n.Redis && !n.RabbitMQ }

// LeaseSpec says what one check wants for itself.
type LeaseSpec struct {
	Databases    []DatabaseSpec
	Redis, Vhost bool
}

// DatabaseSpec is one database, migrated by the *.sql files at the top of Migrations in the order of their names.
type DatabaseSpec struct {
	Name       string // as the lesson calls it: order_db
	Migrations fs.FS  // nil: an empty database
}

// Fault is trouble with the servers, never with the learner's work. What says what is wrong, Next what to do about it.
type Fault struct {
	What, Next string
	Cause      error
}

func (f *Fault) Error() string {
	text := f.What
	if f.Cause != nil {
		text += ": " + f.Cause.Error()
	}
	if f.Next != "" {
		text += "; " + f.Next
	}
	return text
}

func (f *Fault) Unwrap() error { return f.Cause }

// MigrationError is a migration that the database refused. It is the mistake of the migration's author, not a Fault.
type MigrationError struct {
	Database, File string
	Cause          error
}

func (e *MigrationError) Error() string {
	return fmt.Sprintf("migration %s of %s: %v", e.File, e.Database, e.Cause)
}

func (e *MigrationError) Unwrap() error { return e.Cause }
