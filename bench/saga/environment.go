package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"bench/broker"
	"bench/stats"
)

// environment is the databases and processes of one invocation.
type environment struct {
	cfg         settings
	admin       *pgx.Conn
	postmaster  int
	description string
	databases   []string
	processes   []*exec.Cmd
	vhost       *broker.VHost
}

func newEnvironment(ctx context.Context, cfg settings) (*environment, error) {
	if err := os.MkdirAll(cfg.work, 0o755); err != nil {
		return nil, err
	}
	admin, err := pgx.Connect(ctx, cfg.postgres)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	e := &environment{cfg: cfg, admin: admin}
	var backend int
	var version, fsync, commit string
	const settings = `SELECT pg_backend_pid(), split_part(version(), ' ', 2), current_setting('fsync'), current_setting('synchronous_commit')`
	if err := admin.QueryRow(ctx, settings).Scan(&backend, &version, &fsync, &commit); err != nil {
		return nil, err
	}
	// A server on another machine has no parent here, and its CPU time is then shown as 0.
	e.postmaster = stats.Parent(backend)
	e.description = fmt.Sprintf("PostgreSQL %s with fsync %s and synchronous_commit %s, %d CPUs", version, fsync, commit, runtime.NumCPU())
	return e, nil
}

// close stops the processes, the last one first, and drops the databases.
func (e *environment) close() error {
	var problems []error
	for _, process := range slices.Backward(e.processes) {
		_ = process.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(10*time.Second, func() { _ = process.Process.Kill() })
		_ = process.Wait()
		kill.Stop()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if e.vhost != nil {
		problems = append(problems, e.vhost.Drop(ctx))
	}
	for _, name := range e.databases {
		_, err := e.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		problems = append(problems, err)
	}
	return errors.Join(append(problems, e.admin.Close(ctx))...)
}

// prefix begins the names of this invocation.
func (e *environment) prefix() string { return fmt.Sprintf("bench_%d", os.Getpid()) }

// database makes an empty database, applies a schema to it, and returns its address.
func (e *environment) database(ctx context.Context, name, schema string) (string, error) {
	name = e.prefix() + "_" + name
	if _, err := e.admin.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	e.databases = append(e.databases, name)
	address, err := url.Parse(e.cfg.postgres)
	if err != nil {
		return "", err
	}
	address.Path = "/" + name
	conn, err := pgx.Connect(ctx, address.String())
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, schema); err != nil {
		return "", fmt.Errorf("apply the schema of %s: %w", name, err)
	}
	return address.String(), nil
}

// start runs a program with these variables alone, logs to a file in the work directory, and waits until it listens.
func (e *environment) start(ctx context.Context, name, listens string, env []string, program string, args ...string) (pid int, err error) {
	log, err := os.Create(filepath.Join(e.cfg.work, name+".log"))
	if err != nil {
		return 0, err
	}
	defer log.Close()
	process := exec.Command(program, args...)
	process.Env, process.Stdout, process.Stderr = env, log, log
	process.Dir = e.cfg.work
	if err := process.Start(); err != nil {
		return 0, err
	}
	e.processes = append(e.processes, process)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", listens)
		if err == nil {
			return process.Process.Pid, conn.Close()
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("%s does not listen on %s; see %s", name, listens, log.Name())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// freeAddress returns an address on which nothing listens.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// run runs a command in a directory, with its output in the error.
func run(ctx context.Context, dir, program string, args ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, program, args...)
	command.Dir = dir
	out, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		err = fmt.Errorf("%w: %s", err, failed.Stderr)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %v: %w", program, args, err)
	}
	return out, nil
}
