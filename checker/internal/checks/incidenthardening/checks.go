// Package incidenthardening judges a hardened shop in which four faults were planted: what the learner found, what they wrote about the
// incident that the faults caused, and whether each fault is gone.
package incidenthardening

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	walletv1 "shop/gen/wallet/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/documents"
	"stagecraft/checker/internal/stack"
)

const (
	topic = "alerts"
	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 8 * time.Second
	// unused is an address of a service that a check does not need.
	unused = "127.0.0.1:1"
)

// Checks returns the checks of the lesson.
func Checks() []check.Check {
	return []check.Check{
		documents.Findings("hardened-findings", topic, "the findings name each cause with its place and its effect, and nothing else"),
		{ID: "hardened-postmortem", Topic: topic, Sentence: "the postmortem agrees with the record of the incident", Run: postmortem},
		scenario("hardened-rotation", "a service takes over a changed CA bundle, whether or not its own certificate has changed", rotation, "gateway", "inventory"),
		scenario("hardened-places", "a failed request gives its place back", places, "gateway", "inventory"),
		scenario("hardened-stop", "a message that cannot be handled because of an outage survives the stop of its service", stop, "wallet"),
		scenario("hardened-count", "the metric of the dead letters is right again after the connection to the broker was lost", count, "wallet"),
		scenario("hardened-incident", "the whole incident again: no request fails without need, and no order is lost or doubled", again, stack.Names()...),
	}
}

func scenario(id, sentence string, run func(*check.T), services ...string) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Run: run, Timeout: 4 * time.Minute,
		Needs: check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: services},
	}
}

// becomes fails with f unless something happens within patience. f.Seen is what was seen last.
func becomes(t *check.T, f check.Failure, happened func() (seen string, ok bool)) {
	ok := t.Within(patience, func() (ok bool) {
		f.Seen, ok = happened()
		return ok
	})
	t.True(ok, f)
}

// connect opens a connection to the database of a service, past its links.
func connect(t *check.T, database string) *pgx.Conn {
	conn, err := pgx.Connect(t.Context(), t.Lease().Databases[database])
	t.Ours("connect to "+database, err)
	t.Cleanup(func(ctx context.Context) { _ = conn.Close(ctx) })
	return conn
}

// stopped sends SIGTERM and returns how the service ended.
func stopped(t *check.T, service *stack.Service) stack.Exit {
	ctx, cancel := t.Patience(3 * patience)
	defer cancel()
	exit, err := service.Stop(ctx)
	t.NoError(fmt.Sprintf("the stop of %s", service.Name), err)
	return exit
}

// outage waits until wallet knows that its database is away: the connections that it had before fail in another way than new ones do.
func outage(t *check.T, s *stack.Stack) {
	refused := 0
	t.Within(patience, func() bool {
		ctx, cancel := context.WithTimeout(s.AsAdmin(t.Context()), patience)
		defer cancel()
		_, err := s.Wallet.GetWallet(ctx, &walletv1.GetWalletRequest{UserId: buyer, Currency: "EUR"})
		if status.Code(err) == codes.Unavailable {
			refused++
		} else {
			refused = 0
		}
		return refused == 10
	})
}
