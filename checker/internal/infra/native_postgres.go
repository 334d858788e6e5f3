package infra

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"stagecraft/checker/internal/proc"
)

// postgresServer is what stays the same over the lives of one server.
type postgresServer struct {
	data, password string
	port           int
	generation     int
	durable        bool
}

const superuser = "stagecraft"

func (n *native) launchPostgres(ctx context.Context, found program, note func(string)) (*instance, error) {
	if n.postgres == nil {
		server, err := n.preparePostgres(ctx, found, note)
		if err != nil {
			return nil, err
		}
		n.postgres = server
	}
	server := n.postgres
	if server.port == 0 {
		port, err := proc.FreePort()
		if err != nil {
			return nil, &Fault{What: "no free port for PostgreSQL", Cause: err}
		}
		server.port = port
	}
	// The lock file of a life that was killed; its processes are gone.
	_ = os.Remove(filepath.Join(server.data, "postmaster.pid"))
	file, err := n.openLog("postgres")
	if err != nil {
		return nil, err
	}
	log := newWatchedLog(file, "database system is ready to accept connections")
	p, err := proc.Start(context.WithoutCancel(ctx), proc.Spec{
		Name: postgresName, Path: found.Path, Dir: server.data, Env: n.owner.env(found), Stdout: log, Stderr: log, Credential: n.owner.credential,
		// SIGQUIT has the postmaster end its backends too, which lead groups of their own.
		DeathSignal: syscall.SIGQUIT,
		Args:        postgresArgs(server),
	})
	if err != nil {
		return nil, &Fault{What: "PostgreSQL cannot be started", Cause: err, Next: "see `go run ./checker doctor`"}
	}
	n.track(p)
	if err := awaitReady(ctx, postgresName, p, log, 30*time.Second); err != nil {
		if errors.Is(err, errPortTaken) {
			proc.ReleasePort(server.port)
			server.port = 0
		}
		return nil, err
	}
	server.generation++
	address := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, server.password),
		Host: fmt.Sprintf("127.0.0.1:%d", server.port), Path: "/postgres", RawQuery: "sslmode=disable"}
	return &instance{
		endpoint: endpoint{Version: found.Version, Path: found.Path, URL: address.String(), PID: p.Pid(), Start: proc.StartTime(p.Pid()), Generation: server.generation},
		died:     p.Done(), lastWords: log.Tail,
	}, nil
}

func postgresArgs(s *postgresServer) []string {
	args := []string{"-D", s.data, "-p", fmt.Sprint(s.port)}
	settings := []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=400", "timezone=UTC", "log_timezone=UTC",
		"wal_level=minimal", "max_wal_senders=0", "max_wal_size=1GB", "checkpoint_timeout=30min", "shared_buffers=128MB",
	}
	if !s.durable {
		// The data lives no longer than the supervisor: what a crash of the machine would lose is not missed.
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	return args
}

// preparePostgres makes a fresh data directory, from the copy that the first start on this machine has kept.
func (n *native) preparePostgres(ctx context.Context, found program, note func(string)) (*postgresServer, error) {
	kept := filepath.Join(n.owner.keepDir, "postgres-"+found.Version)
	if _, err := os.Stat(filepath.Join(kept, "data", "PG_VERSION")); err != nil {
		note("preparing a PostgreSQL " + found.Version + " data directory (once)")
		if err := n.initdb(ctx, found, kept); err != nil {
			return nil, err
		}
	}
	password, err := os.ReadFile(filepath.Join(kept, "password"))
	if err != nil {
		_ = os.RemoveAll(kept)
		return nil, &Fault{What: "the kept PostgreSQL data directory was damaged and has been removed", Next: "run again", Cause: err}
	}
	data := filepath.Join(n.owner.runDir, "postgres")
	if err := copyTree(filepath.Join(kept, "data"), data, n.owner.credential); err != nil {
		return nil, diskFault("cannot copy the PostgreSQL data directory", err)
	}
	return &postgresServer{data: data, password: strings.TrimSpace(string(password)), durable: n.durable}, nil
}

func (n *native) initdb(ctx context.Context, found program, kept string) error {
	making, err := os.MkdirTemp(n.owner.keepDir, "making-")
	if err != nil {
		return diskFault("cannot make a directory for PostgreSQL", err)
	}
	defer os.RemoveAll(making)
	password := randomWord()
	secret := filepath.Join(making, "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		return diskFault("cannot write in "+making, err)
	}
	if err := n.owner.own(making, secret); err != nil {
		return err
	}
	locale := "C.UTF-8"
	if runtime.GOOS == "darwin" {
		locale = "C"
	}
	var output bytes.Buffer
	p, err := proc.Start(ctx, proc.Spec{
		Name: "initdb", Path: filepath.Join(filepath.Dir(found.Path), "initdb"), Dir: making, Env: n.owner.env(found), Credential: n.owner.credential,
		Stdout: &output, Stderr: &output,
		Args: []string{"-D", filepath.Join(making, "data"), "-U", superuser, "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8",
			"--locale", locale, "--no-sync", "--no-instructions", "--wal-segsize=4"},
	})
	if err == nil {
		err = p.Wait(ctx)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return startFault("initdb of PostgreSQL "+found.Version, output.String(), "supervisor.log")
	}
	if err != nil {
		return serverFault(ctx, postgresName, "make a data directory", err)
	}
	if os.Rename(making, kept) == nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(kept, "data", "PG_VERSION")); err == nil {
		return nil // Another repository's supervisor was faster.
	}
	_ = os.RemoveAll(kept)
	if err := os.Rename(making, kept); err != nil {
		return diskFault("cannot keep the PostgreSQL data directory", err)
	}
	return nil
}
