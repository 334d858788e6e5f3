package infra

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/proc"
)

// rabbitDiskLimit is how many bytes of the disk must be free.
const rabbitDiskLimit = 50_000_000

// rabbitServer is what stays the same over the lives of one broker.
type rabbitServer struct {
	dir, password               string
	amqp, distribution, api, em int // ports
	epmd                        *proc.Process
	generation                  int
}

func (n *native) launchRabbit(ctx context.Context, found program, note func(string)) (*instance, error) {
	if n.rabbit == nil {
		server, err := n.prepareRabbit(found)
		if err != nil {
			return nil, err
		}
		n.rabbit = server
		note("starting RabbitMQ " + found.Version + ", which takes a few seconds")
	}
	server := n.rabbit
	file, err := n.openLog("rabbitmq")
	if err != nil {
		return nil, err
	}
	if err := server.startEpmd(ctx, n, found, newWatchedLog(file, "\x00")); err != nil {
		return nil, err
	}
	log := newWatchedLog(file, "completed with")
	p, err := proc.Start(context.WithoutCancel(ctx), proc.Spec{
		Name: rabbitName, Path: found.Path, Dir: server.dir, Env: server.env(found), Stdout: log, Stderr: log,
	})
	if err != nil {
		return nil, &Fault{What: "RabbitMQ cannot be started", Cause: err, Next: "see `go run ./checker doctor`"}
	}
	n.track(p)
	if err := awaitReady(ctx, rabbitName, p, log, time.Minute); err != nil {
		if errors.Is(err, errPortTaken) {
			server.release()
			n.rabbit = nil
		}
		return nil, err
	}
	server.generation++
	return &instance{
		endpoint: endpoint{Version: found.Version, Path: found.Path, PID: p.Pid(), Start: proc.StartTime(p.Pid()), Generation: server.generation,
			URL: fmt.Sprintf("amqp://%s:%s@127.0.0.1:%d/", superuser, server.password, server.amqp),
			API: fmt.Sprintf("http://%s:%s@127.0.0.1:%d", superuser, server.password, server.api)},
		died: p.Done(), lastWords: log.Tail,
	}, nil
}

func (n *native) prepareRabbit(found program) (*rabbitServer, error) {
	dir, err := os.MkdirTemp(n.dir, "rabbitmq-")
	if err != nil {
		return nil, diskFault("cannot make a directory for RabbitMQ", err)
	}
	if dir, err = plainPath(dir); err != nil {
		return nil, err
	}
	s := &rabbitServer{dir: dir, password: randomWord()}
	for _, port := range []*int{&s.amqp, &s.distribution, &s.api, &s.em} {
		if *port, err = proc.FreePort(); err != nil {
			return nil, &Fault{What: "no free port for RabbitMQ", Cause: err}
		}
	}
	files := map[string]string{
		".erlang.cookie":  randomWord(),
		"enabled_plugins": "[rabbitmq_management].\n",
		"rabbitmq.conf": fmt.Sprintf(`listeners.tcp.1 = 127.0.0.1:%d
management.tcp.ip = 127.0.0.1
management.tcp.port = %d
default_user = %s
default_pass = %s
log.console = false
disk_free_limit.absolute = %d
vm_memory_high_watermark.absolute = 1GiB
`, s.amqp, s.api, superuser, s.password, rabbitDiskLimit),
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o400); err != nil {
			return nil, diskFault("cannot write the configuration of RabbitMQ", err)
		}
	}
	return s, leanPlugins(found, filepath.Join(dir, "plugins"))
}

var oddCharacter = regexp.MustCompile(`[^A-Za-z0-9/._-]`)

// plainPath returns a path to dir without characters that RabbitMQ takes for a pattern or cannot read: a link in the directory of
// temporary files when dir has any.
func plainPath(dir string) (string, error) {
	if !oddCharacter.MatchString(dir) {
		return dir, nil
	}
	place, err := os.MkdirTemp("", "stagecraft-rabbitmq-")
	if err != nil {
		return "", diskFault("cannot make a directory for RabbitMQ", err)
	}
	if _, err := proc.RemoveOnDeath(place); err != nil {
		return "", err
	}
	link := filepath.Join(place, "data")
	if err := os.Symlink(dir, link); err != nil {
		return "", diskFault("cannot link the directory of RabbitMQ", err)
	}
	return link, nil
}

// leanPlugins links only what the broker and its management need: a broker reads every plugin on its path at each start.
func leanPlugins(found program, to string) error {
	real, err := filepath.EvalSymlinks(found.Path)
	if err != nil {
		return &Fault{What: "RabbitMQ's program has vanished", Cause: err}
	}
	plugins := paths.Match(filepath.Dir(filepath.Dir(real)), "plugins/*")
	if err := os.Mkdir(to, 0o755); err != nil {
		return diskFault("cannot make "+to, err)
	}
	for _, plugin := range plugins {
		name := filepath.Base(plugin)
		if other, found := strings.CutPrefix(name, "rabbitmq_"); found && !needed(other) {
			continue
		}
		if err := os.Symlink(plugin, filepath.Join(to, name)); err != nil {
			return diskFault("cannot link a plugin of RabbitMQ", err)
		}
	}
	return nil
}

func needed(plugin string) bool {
	for _, prefix := range []string{"management-", "management_agent-", "web_dispatch-", "prelaunch-"} {
		if strings.HasPrefix(plugin, prefix) {
			return true
		}
	}
	return false
}

func (s *rabbitServer) release() {
	if s.epmd != nil {
		s.epmd.KillTree()
	}
	for _, port := range []int{s.amqp, s.distribution, s.api, s.em} {
		proc.ReleasePort(port)
	}
}

func (s *rabbitServer) env(found program) []string {
	in := func(name string) string { return filepath.Join(s.dir, name) }
	env := mergedEnv(found.Env...)
	return append(env,
		"HOME="+s.dir,
		"RABBITMQ_NODENAME=stagecraft@localhost",
		"RABBITMQ_NODE_IP_ADDRESS=127.0.0.1",
		fmt.Sprintf("RABBITMQ_NODE_PORT=%d", s.amqp),
		fmt.Sprintf("RABBITMQ_DIST_PORT=%d", s.distribution),
		"RABBITMQ_MNESIA_BASE="+in("mnesia"), "RABBITMQ_LOG_BASE="+in("log"), "RABBITMQ_PID_FILE="+in("pid"),
		"RABBITMQ_CONF_ENV_FILE="+in("none.env"), "RABBITMQ_CONFIG_FILE="+in("rabbitmq.conf"), "RABBITMQ_ADVANCED_CONFIG_FILE="+in("none.config"),
		"RABBITMQ_ENABLED_PLUGINS_FILE="+in("enabled_plugins"), "RABBITMQ_PLUGINS_DIR="+in("plugins"),
		"RABBITMQ_SCHEDULER_BIND_TYPE=u",
		fmt.Sprintf("ERL_EPMD_PORT=%d", s.em), "ERL_EPMD_ADDRESS=127.0.0.1", "ERL_CRASH_DUMP=/dev/null",
		// The start script then becomes the virtual machine instead of waiting beside it.
		"RUNNING_UNDER_SYSTEMD=true",
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +SDio 4 -start_epmd false",
	)
}
