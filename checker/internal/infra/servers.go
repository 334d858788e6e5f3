package infra

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Servers are running servers, kept from stopping until Close.
type Servers struct {
	// Provider is external, native, docker or bundle; none when nothing was needed.
	Provider string
	// Line tells the provider and the versions in one line.
	Line string

	session  *session // nil for external servers
	postgres *pgAdmin
	rabbit   *rabbitAdmin
	redis    redisSource

	background sync.WaitGroup
	stop       context.CancelFunc
}

// Ensure returns servers that are ready for what need asks, starting them when necessary. root is the repository; say gets
// progress in single lines. An error is a *Fault or ctx's.
func Ensure(ctx context.Context, root string, need Need, say func(string)) (*Servers, error) {
	if need.None() {
		return &Servers{Provider: "none", Line: "no servers needed", stop: func() {}}, nil
	}
	p, err := newPlace(root)
	if err != nil {
		return nil, err
	}
	outside, err := externalFromEnv()
	if err != nil {
		return nil, err
	}
	s := &Servers{}
	if outside != nil {
		err = s.openExternal(ctx, *outside, need)
	} else {
		s, err = openOwn(ctx, p, need, say)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	collecting, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.background.Go(func() { s.collect(collecting) })
	return s, nil
}

// openOwn tries again when a server dies just then, which the supervisor sees a moment later than we.
func openOwn(ctx context.Context, p place, need Need, say func(string)) (*Servers, error) {
	for tries := 1; ; tries++ {
		s := &Servers{}
		err := s.open(ctx, p, need, say)
		if err == nil || tries == 3 || s.session == nil || !s.session.troubledWithin(ctx, time.Second) {
			return s, err
		}
		s.Close()
	}
}

func (s *Servers) open(ctx context.Context, p place, need Need, say func(string)) error {
	session, err := obtain(ctx, p, need, say)
	if err != nil {
		return err
	}
	s.session, s.Provider = session, session.state.Provider
	s.Line = line(s.Provider, session.endpoints)
	if s.postgres, err = openPostgres(ctx, session.endpoints[postgresName].URL); err != nil {
		return serverFault(ctx, postgresName, "be reached", err)
	}
	if e, ok := session.endpoints[rabbitName]; ok {
		if s.rabbit, err = openRabbit(e.URL, e.API); err != nil {
			return serverFault(ctx, rabbitName, "be reached", err)
		}
	}
	if e, ok := session.endpoints[redisName]; ok && e.URL == "" {
		s.redis = redisProcesses{place: p, program: e, lives: &lives{}}
	} else if ok {
		if s.redis, err = openSharedRedis(ctx, e.URL, runName(s.postgres.run)); err != nil {
			return serverFault(ctx, redisName, "be reached", err)
		}
	}
	return nil
}

func line(provider string, endpoints map[string]endpoint) string {
	text := provider
	separator := ": "
	for _, name := range serverNames {
		if e, ok := endpoints[name]; ok {
			text += separator + name + " " + e.Version
			separator = ", "
		}
	}
	return text
}

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
		return nil, &Fault{What: "a lease asks for a server that Ensure was not told to need"}
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
	l.releases = append(l.releases, func(ctx context.Context) { l.servers.rabbit.drop(ctx, name) })
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

// Healthy returns a *Fault that names a server that died, restarted or does not answer since Ensure.
func (s *Servers) Healthy(ctx context.Context) error {
	if s.session != nil {
		if err := s.session.healthy(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	if s.postgres != nil {
		group.Go(func() error { return unreachable(postgresName, s.postgres.pool.Ping(ctx)) })
	}
	if s.rabbit != nil {
		group.Go(func() error { return unreachable(rabbitName, s.rabbit.ping(ctx)) })
	}
	if s.redis != nil {
		group.Go(func() error { return unreachable(redisName, s.redis.healthy(ctx)) })
	}
	return group.Wait()
}

// Close lets go of the servers; they stay warm.
func (s *Servers) Close() {
	if s.stop != nil {
		s.stop()
	}
	waited := make(chan struct{})
	go func() { s.background.Wait(); close(waited) }()
	select {
	case <-waited:
	case <-time.After(3 * time.Second):
	}
	if s.postgres != nil {
		s.postgres.close()
	}
	if s.session != nil {
		s.session.close()
	}
}

// collect removes what killed checkers left on the servers.
func (s *Servers) collect(ctx context.Context) {
	_ = s.postgres.collect(ctx)
	if s.rabbit == nil {
		return
	}
	runs, err := s.rabbit.runs(ctx)
	if err != nil {
		return
	}
	for run, names := range runs {
		if run == s.postgres.run {
			continue
		}
		_ = s.postgres.ifDead(ctx, run, func() {
			for _, name := range names {
				s.rabbit.drop(ctx, name)
			}
		})
	}
}

// Down stops what Ensure started for root.
func Down(ctx context.Context, root string) error {
	p, err := newPlace(root)
	if err != nil {
		return err
	}
	unlock, err := p.lockStart()
	if err != nil {
		return err
	}
	defer unlock()
	return stopSupervisor(ctx, p)
}
