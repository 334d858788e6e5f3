package infra

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"stagecraft/checker/internal/proc"
)

// native runs the servers as child processes of the supervisor.
type native struct {
	place place
	// prefix is where an unpacked bundle lies; empty for the machine's own programs.
	prefix string
	dir    string // run-*: logs and RabbitMQ's data
	owner  postgresOwner
	// durable has PostgreSQL write every commit to the disk.
	durable bool

	mu       sync.Mutex
	postgres *postgresServer
	rabbit   *rabbitServer
	running  []*proc.Process
}

func newNative(p place, prefix string) (*native, error) {
	dir, err := os.MkdirTemp(p.dir(), "run-")
	if err != nil {
		return nil, diskFault("cannot make a directory for the servers", err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, diskFault("cannot open "+dir, err)
	}
	owner, err := choosePostgresOwner(p, dir)
	if err != nil {
		return nil, err
	}
	n := &native{place: p, prefix: prefix, dir: dir, owner: owner}
	for _, d := range n.dirs() {
		if _, err := proc.RemoveOnDeath(d); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *native) dirs() []string {
	if n.owner.runDir != n.dir {
		return []string{n.dir, n.owner.runDir}
	}
	return []string{n.dir}
}

func (n *native) launch(ctx context.Context, name string, note func(string)) (*instance, error) {
	if err := checkSpace(n.owner.runDir); err != nil {
		return nil, err
	}
	programs := findPrograms(ctx, n.prefix)
	found, ok := programs.found[name]
	if !ok {
		what := name + " is not installed"
		if old := tooOld(programs); old != "" {
			what = old
		}
		return nil, &Fault{What: what, Next: installHint([]string{name})}
	}
	var run *instance
	var err error
	for range 3 {
		switch name {
		case redisName:
			return &instance{endpoint: endpoint{Version: found.Version, Path: found.Path, Env: found.Env}}, nil
		case postgresName:
			run, err = n.launchPostgres(ctx, found, note)
		case rabbitName:
			run, err = n.launchRabbit(ctx, found, note)
		}
		if !errors.Is(err, errPortTaken) {
			return run, err
		}
	}
	return nil, &Fault{What: name + " found its port taken by another program three times", Next: "run again"}
}

// track remembers a process for stop.
func (n *native) track(p *proc.Process) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.running = append(n.running, p)
}

func (n *native) stop() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.running {
		p.KillTree()
	}
	for _, p := range n.running {
		<-p.Done()
	}
	for _, dir := range n.dirs() {
		proc.KillLivingIn(dir)
		_ = os.RemoveAll(dir)
	}
}

func (n *native) openLog(name string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(n.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, diskFault("cannot write the log of "+name, err)
	}
	return file, nil
}
