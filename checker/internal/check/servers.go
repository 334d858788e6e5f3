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
		t.lease = lease
		t.Cleanup(func(ctx context.Context) { _ = lease.Close(ctx) })
	})
	t.proceed()
	return t.lease
}

func (t *T) leaseSpec() infra.LeaseSpec {
	spec := infra.LeaseSpec{Redis: t.check.Needs.Redis, Vhost: t.check.Needs.RabbitMQ}
	if !t.check.Needs.Postgres {
		return spec
	}
	for _, service := range t.check.Needs.Services {
		migrations := filepath.Join(t.env.Dir, service, "db", "migrations")
		if info, err := os.Stat(migrations); err == nil && info.IsDir() {
			spec.Databases = append(spec.Databases, infra.DatabaseSpec{Name: service + "_db", Migrations: os.DirFS(migrations)})
		}
	}
	return spec
}
