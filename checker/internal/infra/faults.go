package infra

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

func diskFault(what string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &Fault{What: "the disk is full: " + what, Next: "free some space and run again", Cause: err}
	}
	return &Fault{What: what, Next: "see that you may write there", Cause: err}
}

// serverFault explains an error of a request to a server. Faults and the end of the caller's context stay what they are.
func serverFault(ctx context.Context, server, doing string, err error) error {
	if err == nil {
		return nil
	}
	var fault *Fault
	var migration *MigrationError
	if errors.As(err, &fault) || errors.As(err, &migration) {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "53100" || strings.Contains(err.Error(), "No space left on device") {
		return &Fault{What: "the disk is full: " + server + " cannot " + doing, Next: "free some space and run again", Cause: err}
	}
	return &Fault{What: server + " cannot " + doing, Next: "run again; if it stays, `go run ./checker down` and then `go run ./checker doctor`", Cause: err}
}

// startFault explains a server that ended before it was ready, by its last words.
func startFault(server, tail, log string) *Fault {
	lower := strings.ToLower(tail)
	switch {
	case strings.Contains(lower, "no space left on device"), strings.Contains(lower, "enospc"):
		return &Fault{What: "the disk is full: " + server + " cannot start", Next: "free some space and run again"}
	case portTaken(tail):
		return &Fault{What: server + " cannot start: its port was taken by another program again and again", Next: "run again"}
	case tail == "":
		tail = "no output"
	}
	return &Fault{What: fmt.Sprintf("%s does not start: %s", server, lastLines(tail, 3)), Next: "the whole log is in " + log}
}

func portTaken(tail string) bool {
	lower := strings.ToLower(tail)
	return strings.Contains(lower, "address already in use") || strings.Contains(lower, "eaddrinuse")
}

// unreachable explains a server that did not answer when it was asked how it is.
func unreachable(server string, err error) error {
	var fault *Fault
	if err == nil || errors.As(err, &fault) {
		return err
	}
	return &Fault{What: server + " does not answer any more", Next: "run again; if it stays, `go run ./checker down`", Cause: err}
}
