package infra

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"stagecraft/checker/internal/proc"
)

// PrivatePostgres is a PostgreSQL of one check, which may crash, stop, become slow and start again. It keeps its address and its data, and
// unlike the shared server it writes every commit to the disk.
type PrivatePostgres struct {
	// Databases maps the name in the spec to a URL with a role of its own.
	Databases map[string]string

	servers *native
	program program
	admin   *pgAdmin
	process *proc.Process
}

// PrivatePostgres starts a PostgreSQL with these databases beside the shared one, which takes about a second. The caller closes it. It
// needs programs of this machine: with another provider the error is a *Fault.
func (s *Servers) PrivatePostgres(ctx context.Context, say func(string), databases ...DatabaseSpec) (_ *PrivatePostgres, err error) {
	servers, found, err := s.privatePrograms(ctx, postgresName)
	if err != nil {
		return nil, err
	}
	servers.durable = true
	p := &PrivatePostgres{Databases: map[string]string{}, servers: servers, program: found}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	run, err := servers.launch(ctx, postgresName, say)
	if err != nil {
		return nil, err
	}
	p.process = servers.last()
	if p.admin, err = openPostgres(ctx, run.endpoint.URL); err != nil {
		return nil, serverFault(ctx, postgresName, "be reached", err)
	}
	group, inner := errgroup.WithContext(ctx)
	addresses := make([]string, len(databases))
	for i, spec := range databases {
		group.Go(func() (err error) {
			_, addresses[i], err = p.admin.database(inner, spec)
			return serverFault(ctx, postgresName, "make a database", err)
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, spec := range databases {
		p.Databases[spec.Name] = addresses[i]
	}
	return p, nil
}

// Crash ends the server as a crash does, without a checkpoint, and returns when it is gone: the next start recovers from the log.
func (p *PrivatePostgres) Crash(ctx context.Context) error { return p.end(ctx, syscall.SIGQUIT) }

// Stop ends the server in order and breaks the connections of its clients.
func (p *PrivatePostgres) Stop(ctx context.Context) error { return p.end(ctx, syscall.SIGINT) }

func (p *PrivatePostgres) end(ctx context.Context, signal syscall.Signal) error {
	if err := p.process.Signal(signal); err != nil {
		return err
	}
	select {
	case <-p.process.Done():
		p.admin.pool.Reset() // its connections ended with the server
		return nil
	case <-ctx.Done():
		return fmt.Errorf("PostgreSQL did not stop: %w", ctx.Err())
	}
}

// Start starts a server that has ended, on the same address and with the same data, and returns when it accepts connections.
func (p *PrivatePostgres) Start(ctx context.Context) error {
	if _, err := p.servers.launchPostgres(ctx, p.program, func(string) {}); err != nil {
		return err
	}
	p.process = p.servers.last()
	return nil
}

// SlowCommits makes every commit wait so long before it is written to the disk, at most 100 ms; 0 ends that.
func (p *PrivatePostgres) SlowCommits(ctx context.Context, wait time.Duration) error {
	wait = min(wait, 100*time.Millisecond)
	for _, statement := range []string{
		fmt.Sprintf("ALTER SYSTEM SET commit_delay = %d", wait.Microseconds()),
		"ALTER SYSTEM SET commit_siblings = 0",
		"SELECT pg_reload_conf()",
	} {
		if _, err := p.admin.pool.Exec(ctx, statement); err != nil {
			return fmt.Errorf("slow commits: %w", err)
		}
	}
	return nil
}

// Close ends the server and removes its data.
func (p *PrivatePostgres) Close() {
	if p.admin != nil {
		p.admin.close()
	}
	p.servers.stop()
	if p.servers.postgres != nil {
		proc.ReleasePort(p.servers.postgres.port)
	}
}
