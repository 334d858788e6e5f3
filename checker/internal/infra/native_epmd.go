package infra

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stagecraft/checker/internal/proc"
)

// startEpmd runs Erlang's name server as a child of ours; otherwise the broker would leave a daemon behind.
func (s *rabbitServer) startEpmd(ctx context.Context, n *native, found program, log *watchedLog) error {
	if s.epmd != nil && !s.epmd.Exited() {
		return nil
	}
	epmd := findEpmd(found)
	if epmd == "" {
		return &Fault{What: "Erlang's epmd is not installed beside RabbitMQ", Next: installHint([]string{rabbitName})}
	}
	p, err := proc.Start(context.WithoutCancel(ctx), proc.Spec{Name: "epmd", Path: epmd, Dir: s.dir, Env: s.env(found),
		Args: []string{"-port", fmt.Sprint(s.em), "-address", "127.0.0.1"}, Stdout: log, Stderr: log})
	if err != nil {
		return &Fault{What: "epmd cannot be started", Cause: err}
	}
	n.track(p)
	s.epmd = p
	// It says nothing when it is ready.
	for {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.em)); err == nil {
			return conn.Close()
		}
		select {
		case <-p.Done():
			if portTaken(log.Tail()) {
				return errPortTaken
			}
			return startFault("epmd", log.Tail(), "supervisor.log")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func findEpmd(found program) string {
	for _, variable := range append(os.Environ(), found.Env...) {
		list, ok := strings.CutPrefix(variable, "PATH=")
		if !ok {
			continue
		}
		for _, dir := range append(filepath.SplitList(list), "/usr/bin", "/opt/homebrew/bin", "/usr/local/bin") {
			if info, err := os.Stat(filepath.Join(dir, "epmd")); err == nil && info.Mode()&0o111 != 0 {
				return filepath.Join(dir, "epmd")
			}
		}
	}
	return ""
}
