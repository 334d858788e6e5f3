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
	place    place
	postgres *pgAdmin
	rabbit   *rabbitAdmin
	redis    redisSource

	background sync.WaitGroup
	stop       context.CancelFunc
	closing    <-chan struct{}
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
	s.stop, s.closing = stop, collecting.Done()
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
	s.session, s.Provider, s.place = session, session.state.Provider, p
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
		group.Go(func() error { return s.rabbit.declares(ctx) })
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

// Down stops what Ensure started for root.
func Down(ctx context.Context, root string) error {
	p, err := newPlace(root)
	if err != nil {
		return err
	}
	unlock, err := p.lockStart(ctx, func(string) {})
	if err != nil {
		return err
	}
	defer unlock()
	return stopSupervisor(ctx, p)
}
