package check

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/infra"
)

// Servers is what checks use of *infra.Servers.
type Servers interface {
	Lease(context.Context, infra.LeaseSpec) (*infra.Lease, error)
	Healthy(context.Context) error
}

// Lease gives the check databases, a Redis and a vhost of its own, as its Needs say: one database per service that has
// migrations, called <service>_db. Every call returns the same lease; it is given back after the check.
func (t *T) Lease() *infra.Lease {
	t.proceed()
	t.leaseOnce.Do(func() {
		if t.env.Servers == nil {
			t.Unknown("this run has no servers")
		}
		lease, err := t.env.Servers.Lease(t.ctx, t.leaseSpec())
		if migration := (*infra.MigrationError)(nil); errors.As(err, &migration) {
			t.Fail(Failure{Sentence: "a migration does not apply", Expected: migration.File + " runs on an empty " + migration.Database, Seen: migration.Error()})
		}
		t.Ours("lease of servers", err)
		t.Cleanup(func(ctx context.Context) { _ = lease.Close(ctx) })
		if t.check.Needs.OwnBroker {
			t.startOwnBroker()
			lease.AMQPURL, lease.ManagementURL = t.ownBroker.AMQPURL, t.ownBroker.ManagementURL
		}
		if t.check.Needs.OwnPostgres {
			t.startOwnPostgres()
			lease.Databases = t.ownPostgres.Databases
		}
		t.lease = lease
	})
	t.proceed()
	return t.lease
}

// startOwnBroker starts a RabbitMQ for this check alone.
func (t *T) startOwnBroker() {
	servers, ok := t.env.Servers.(interface {
		PrivateBroker(context.Context, func(string)) (*infra.PrivateBroker, error)
	})
	if !ok {
		t.Unknown("this run cannot start a broker for one check")
	}
	broker, err := servers.PrivateBroker(t.ctx, func(string) {})
	t.Ours("start a broker for this check", err)
	t.ownBroker = broker
	t.Cleanup(func(context.Context) { broker.Close() })
}

// startOwnPostgres starts a PostgreSQL for this check alone.
func (t *T) startOwnPostgres() {
	servers, ok := t.env.Servers.(interface {
		PrivatePostgres(context.Context, func(string), ...infra.DatabaseSpec) (*infra.PrivatePostgres, error)
	})
	if !ok {
		t.Unknown("this run cannot start a database server for one check")
	}
	server, err := servers.PrivatePostgres(t.ctx, func(string) {}, t.databases()...)
	t.Ours("start a database server for this check", err)
	t.ownPostgres = server
	t.Cleanup(func(context.Context) { server.Close() })
}

// OwnPostgres is the PostgreSQL of the check, whose Needs ask for it; nil otherwise.
func (t *T) OwnPostgres() *infra.PrivatePostgres {
	t.Lease()
	return t.ownPostgres
}

// OwnBroker is the RabbitMQ of the check, whose Needs ask for it; nil otherwise.
func (t *T) OwnBroker() *infra.PrivateBroker {
	t.Lease()
	return t.ownBroker
}

func (t *T) leaseSpec() infra.LeaseSpec {
	spec := infra.LeaseSpec{Redis: t.check.Needs.Redis, Vhost: t.check.Needs.RabbitMQ && !t.check.Needs.OwnBroker}
	if t.check.Needs.Postgres && !t.check.Needs.OwnPostgres {
		spec.Databases = t.databases()
	}
	return spec
}

func (t *T) databases() (specs []infra.DatabaseSpec) {
	if t.check.Needs.Scratch {
		specs = append(specs, infra.DatabaseSpec{Name: Scratch})
	}
	for _, service := range t.check.Needs.Services {
		migrations := filepath.Join(t.env.Dir, service, "db", "migrations")
		if info, err := os.Stat(migrations); err == nil && info.IsDir() {
			specs = append(specs, infra.DatabaseSpec{Name: service + "_db", Migrations: os.DirFS(migrations)})
		}
	}
	return specs
}
