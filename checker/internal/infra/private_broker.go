package infra

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"

	"stagecraft/checker/internal/proc"
)

// PrivateBroker is a RabbitMQ of one check, which may be killed, stopped, frozen and started again. It keeps its addresses and its data.
type PrivateBroker struct {
	// AMQPURL and ManagementURL are those of its superuser; AMQPURL names the vhost "/".
	AMQPURL, ManagementURL string

	servers *native
	program program

	mu      sync.Mutex
	process *proc.Process
}

// PrivateBroker starts a RabbitMQ beside the shared one, which takes a few seconds. The caller closes it. It needs programs of this
// machine: with another provider the error is a *Fault.
func (s *Servers) PrivateBroker(ctx context.Context, say func(string)) (*PrivateBroker, error) {
	servers, found, err := s.privatePrograms(ctx, rabbitName)
	if err != nil {
		return nil, err
	}
	b := &PrivateBroker{servers: servers, program: found}
	run, err := servers.launch(ctx, rabbitName, say)
	if err != nil {
		b.Close()
		return nil, err
	}
	b.AMQPURL, b.ManagementURL = run.endpoint.URL, run.endpoint.API
	b.process = servers.last()
	return b, nil
}

// Kill ends the broker with SIGKILL and returns when it is gone. A quorum queue that was declared less than two seconds before may lose
// what it has confirmed: wait that long.
func (b *PrivateBroker) Kill() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.process.KillTree()
	<-b.process.Done()
	return nil
}

// Stop ends the broker in order.
func (b *PrivateBroker) Stop(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-b.process.Done():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the broker did not stop: %w", ctx.Err())
	}
}

// Freeze stops the broker's process (SIGSTOP): it holds its connections and answers nothing. Thaw lets it go on.
func (b *PrivateBroker) Freeze() error { return b.signal(syscall.SIGSTOP) }

// Thaw lets a frozen broker go on.
func (b *PrivateBroker) Thaw() error { return b.signal(syscall.SIGCONT) }

// Start starts a broker that was killed or stopped, on the same addresses and with the same data, and returns when it accepts connections.
// Its quorum queues need up to a second more to elect their leaders.
func (b *PrivateBroker) Start(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.servers.launchRabbit(ctx, b.program, func(string) {}); err != nil {
		return err
	}
	b.process = b.servers.last()
	return nil
}

// FillDisk makes the broker believe that its disk is full, until FreeDisk: it raises its alarm and takes no message from any publisher.
// Consumers go on.
func (b *PrivateBroker) FillDisk(ctx context.Context) error { return b.limitDisk(ctx, 1<<50) }

// FreeDisk ends the alarm.
func (b *PrivateBroker) FreeDisk(ctx context.Context) error { return b.limitDisk(ctx, rabbitDiskLimit) }

// limitDisk sets how many bytes must be free.
func (b *PrivateBroker) limitDisk(ctx context.Context, bytes int64) error {
	rabbitmqctl := filepath.Join(filepath.Dir(b.program.Path), "rabbitmqctl")
	command := exec.CommandContext(ctx, rabbitmqctl, "--quiet", "set_disk_free_limit", fmt.Sprint(bytes))
	command.Env, command.Dir = b.servers.rabbit.env(b.program), b.servers.rabbit.dir
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("set the limit of the broker's disk: %w: %s", err, lastLines(string(out), 2))
	}
	return nil
}

// Close ends the broker and removes its data.
func (b *PrivateBroker) Close() {
	b.servers.stop()
	if b.servers.rabbit != nil {
		b.servers.rabbit.release()
	}
}

func (b *PrivateBroker) signal(s syscall.Signal) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.process.SignalGroup(s)
}

// privatePrograms prepares a server of one check.
func (s *Servers) privatePrograms(ctx context.Context, name string) (*native, program, error) {
	if s.Provider != "native" && s.Provider != "bundle" {
		return nil, program{}, &Fault{
			What: "a server that may be killed needs " + name + " on this machine, and the servers are " + s.Provider,
			Next: "run `go run ./checker setup`",
		}
	}
	prefix := prefixOf(s.place, s.Provider)
	found, ok := findPrograms(ctx, prefix).found[name]
	if !ok {
		return nil, program{}, &Fault{What: name + " is not installed", Next: installHint([]string{name})}
	}
	servers, err := newNative(s.place, prefix)
	return servers, found, err
}

// last is the process that was started last.
func (n *native) last() *proc.Process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.running[len(n.running)-1]
}
