// Package check is what the hidden checks are written against: a Check is a sentence that must be true
// of the learner's code and a function that finds out.
package check

import (
	"io/fs"
	"slices"
	"time"

	"stagecraft/checker/internal/stack"
)

// Check is one sentence that must be true, and how to find out.
type Check struct {
	ID       string // unique over all lessons, kebab-case: "saga-crash-after-charge"
	Sentence string // "a crash between charge and record charges no buyer twice"
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
	Commands []string // built before, too, and run by T.Command: platform/rabbitmq/cmd/dlq
	// OwnBroker gives the check a RabbitMQ process of its own, which Broker may kill and restart. It takes seconds to start; cuts of the
	// links do for most checks.
	OwnBroker bool
	// OwnPostgres gives the check a PostgreSQL of its own, which may crash. It takes about a second to start.
	OwnPostgres bool
	// Scratch gives the check an empty database called Scratch.
	Scratch bool
}

// Scratch is the name of the database that Needs.Scratch asks for.
const Scratch = "scratch"

// Nothing reports whether the check needs neither servers nor built services.
func (n Needs) Nothing() bool { return !n.Servers() && len(n.Built()) == 0 }

// Built returns the programs that are built before the check starts.
func (n Needs) Built() []string { return slices.Concat(n.Services, n.Commands) }

// Servers reports whether the check needs any of PostgreSQL, Redis, RabbitMQ.
func (n Needs) Servers() bool {
	return n.Postgres || n.Redis || n.RabbitMQ || n.OwnBroker || n.OwnPostgres || n.Scratch
}

// In returns what the check needs of the code in dir: services of a stage that sends messages do not start without a broker and Redis,
// also in a check that was written for a stage that has none.
func (n Needs) In(dir string) Needs {
	if n.OwnBroker || stack.Brokered(dir, n.Services) {
		n.RabbitMQ, n.Redis = true, true
	}
	n.Postgres = n.Postgres || n.OwnPostgres || n.Scratch
	return n
}

// Failure says what is wrong with the learner's code. Sentence is the one-line message; the rest may be empty.
type Failure struct {
	ID       string `json:"id,omitempty"` // kebab-case, unique in its check, when the check can fail in several ways: hints belong to it
	Sentence string `json:"sentence"`     // "two orders were made for one key"
	Expected string `json:"expected"`
	Seen     string `json:"seen"`
	Why      string `json:"why"` // why it matters, or where to look
	Crashed  bool   `json:"-"`   // the code did not run to its end, so that nothing is known about the check's topic
	Hung     bool   `json:"-"`   // the code did not come back: other checks would wait for it as long
}

// Ids of failures that any check can have. No hint about the topic fits them.
const (
	FailureCompile   = "compile"   // the code does not compile
	FailureSignature = "signature" // a name of the lesson is missing or has another signature
	FailureCrash     = "crash"     // the code panicked, ended the process or did not return
)

// FailureID is the id under which a failure of a check is known to hints and mutants: "saga-undo.order", or the check's own id for a
// failure that has none.
func FailureID(checkID, failure string) string {
	if failure == "" {
		return checkID
	}
	return checkID + "." + failure
}
