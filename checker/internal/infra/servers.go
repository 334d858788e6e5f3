package infra

import (
	"context"
	"errors"
)

// Servers are running servers, kept from stopping until Close.
type Servers struct {
	// Provider is external, native, docker or bundle.
	Provider string
	// Line tells the provider and the versions in one line.
	Line string
}

// Lease is what one check has for itself.
type Lease struct {
	// Databases maps the name in the spec to a URL with a role of its own.
	Databases map[string]string
	RedisURL  string
	AMQPURL   string
}

// Ensure returns servers that are ready for what need asks, starting them when necessary. root is the repository; say gets
// progress in single lines. An error is a *Fault or ctx's.
func Ensure(ctx context.Context, root string, need Need, say func(string)) (*Servers, error) {
	return nil, errors.New("not yet")
}

// Lease makes what spec asks for. Errors are a *Fault, a *MigrationError or ctx's.
func (s *Servers) Lease(ctx context.Context, spec LeaseSpec) (*Lease, error) {
	return nil, errors.New("not yet")
}

// Close gives the lease back.
func (l *Lease) Close(ctx context.Context) error { return nil }

// Healthy returns a *Fault that names a server that died, restarted or does not answer since Ensure.
func (s *Servers) Healthy(ctx context.Context) error { return nil }

// Close lets go of the servers; they stay warm.
func (s *Servers) Close() {}

// Down stops what Ensure started for root.
func Down(ctx context.Context, root string) error { return nil }

// Setup installs what root's lessons need.
func Setup(ctx context.Context, root string, say func(string)) error { return nil }

// Doctor looks without changing anything.
func Doctor(ctx context.Context, root string) Report { return Report{} }

// Report is what Doctor saw.
type Report struct {
	Provider string // which would be used; empty when none
	Servers  []ServerReport
	// Next is the one command that mends everything; empty when nothing is missing.
	Next string
}

// ServerReport is one server of a Report.
type ServerReport struct {
	Name, Provider, Path, Version string
	OK                            bool
	// Problem and Next are empty when OK.
	Problem, Next string
}

// RunHidden runs the hidden command that args (without the program's name) ask for and returns true, or returns false.
func RunHidden(args []string) bool { return false }
