package infra

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// declaration is how long a queue may still be in the making after the connection that declares it was closed. RabbitMQ 3.10 starts a
// worker for each quorum queue with at-least-once dead-lettering; when two of them do not find their queue because its vhost is gone,
// their supervisor ends, and with it all such queues of the broker.
const declaration = 2 * time.Second

// Lease is what one check has for itself.
type Lease struct {
	// Databases maps the name in the spec to a URL with a role of its own.
	Databases map[string]string
	RedisURL  string
	// AMQPURL names the lease's vhost and user. ManagementURL is RabbitMQ's HTTP API with the same user and password.
	AMQPURL, ManagementURL string

	servers  *Servers
	mu       sync.Mutex
	closed   bool
	releases []func(context.Context)
}

// Lease makes what spec asks for. Errors are a *Fault, a *MigrationError or ctx's.
func (s *Servers) Lease(ctx context.Context, spec LeaseSpec) (*Lease, error) {
	lease := &Lease{Databases: map[string]string{}, servers: s}
	if len(spec.Databases) == 0 && !spec.Redis && !spec.Vhost {
		return lease, nil
	}
	if s.postgres == nil || spec.Redis && s.redis == nil || spec.Vhost && s.rabbit == nil {
		return nil, &Fault{What: "a lease asks for a server that Ensure was not asked for"}
	}
	if err := s.postgres.hold(ctx); err != nil {
		return nil, serverFault(ctx, postgresName, "be reached", err)
	}
	group, inner := errgroup.WithContext(ctx)
	for _, database := range spec.Databases {
		group.Go(func() error {
			return serverFault(ctx, postgresName, "make a database", lease.addDatabase(inner, database))
		})
	}
	if spec.Redis {
		group.Go(func() error { return serverFault(ctx, redisName, "be leased", lease.addRedis(inner)) })
	}
	if spec.Vhost {
		group.Go(func() error { return serverFault(ctx, rabbitName, "make a vhost", lease.addVhost(inner)) })
	}
	if err := group.Wait(); err != nil {
		_ = lease.Close(ctx)
		return nil, err
	}
	return lease, nil
}

func (l *Lease) addDatabase(ctx context.Context, spec DatabaseSpec) error {
	name, address, err := l.servers.postgres.database(ctx, spec)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Databases[spec.Name] = address
	l.releases = append(l.releases, func(ctx context.Context) { l.servers.postgres.drop(ctx, name) })
	return nil
}

func (l *Lease) addRedis(ctx context.Context) error {
	address, release, err := l.servers.redis.lease(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.RedisURL = address
	l.releases = append(l.releases, func(context.Context) { release() })
	return nil
}

func (l *Lease) addVhost(ctx context.Context) error {
	name := l.servers.postgres.newName("vhost")
	address, err := l.servers.rabbit.vhost(ctx, name)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.AMQPURL, l.ManagementURL = address, l.servers.rabbit.managementFor(address)
	l.releases = append(l.releases, func(ctx context.Context) {
		l.servers.rabbit.dropUser(ctx, name)
		select {
		case <-time.After(declaration):
			l.servers.rabbit.drop(ctx, name)
		case <-l.servers.closing: // a later run removes it
		}
	})
	return nil
}

// Close gives the lease back. What it held is removed in the background; (*Servers).Close waits for that, and later runs
// remove what it did not wait for.
func (l *Lease) Close(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	for _, release := range l.releases {
		l.servers.background.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			release(ctx)
		})
	}
	return nil
}
