// Package check is what the hidden checks are written against: a Check is a sentence that must be true
// of the learner's code and a function that finds out.
package check

import (
	"io/fs"
	"time"
)

// Check is one sentence that must be true, and how to find out.
type Check struct {
	ID       string // unique over all lessons, kebab-case: "saga-crash-after-charge"
	Sentence string // "a crash between charge and record charges nobody twice"
	Topic    string
	Needs    Needs
	Timeout  time.Duration // 0: see Limit
	Tests    fs.FS         // white-box: hidden _test.go files, laid out as the stage (see GoTest)
	Run      func(*T)
}

// Needs says what must run before the check can start. The zero value needs nothing at all.
type Needs struct {
	Postgres bool
	Redis    bool
	RabbitMQ bool
	Services []string // built before the check starts: order, inventory, wallet, gateway
}

// Nothing reports whether the check needs neither servers nor built services.
func (n Needs) Nothing() bool { return !n.Servers() && len(n.Services) == 0 }

// Servers reports whether the check needs any of PostgreSQL, Redis, RabbitMQ.
func (n Needs) Servers() bool { return n.Postgres || n.Redis || n.RabbitMQ }

// Limit is the time the check may take: its own, else 10 s without and 90 s with services.
// White-box checks wait for each other's turn in the package's process, so that their own limit bounds the test alone.
func (c Check) Limit() time.Duration {
	switch {
	case c.Tests != nil:
		return 10 * time.Minute
	case c.Timeout > 0:
		return c.Timeout
	case c.Needs.Nothing():
		return 10 * time.Second
	default:
		return 90 * time.Second
	}
}

// testLimit bounds one hidden test.
func (c Check) testLimit() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return 10 * time.Second
}

// Failure says what is wrong with the learner's code. Sentence is the one-line message; the rest may be empty.
type Failure struct {
	Sentence string `json:"sentence"` // "two orders were made for one key"
	Expected string `json:"expected"`
	Seen     string `json:"seen"`
	Why      string `json:"why"` // why it matters, or where to look
	Crashed  bool   `json:"-"`   // the code did not run to its end, so that nothing is known about the check's topic
}
