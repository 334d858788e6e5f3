package check

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"os/exec"

	"stagecraft/checker/internal/fault"
)

// Command is a program of the code under test that runs once, such as an operator's tool. The check Needs it.
type Command struct {
	// Broker is its link to the broker: RABBITMQ_URL leads through it.
	Broker *fault.AMQPLink

	t       *T
	process *exec.Cmd
	stdout  bytes.Buffer
	stderr  bytes.Buffer
	ended   chan struct{}
}

// Command prepares a command that Needs.Commands names, with a link of its own to the broker. It is killed after the check.
func (t *T) Command(name string, env map[string]string, args ...string) *Command {
	t.proceed()
	address, err := url.Parse(t.Lease().AMQPURL)
	t.Ours("address of the broker", err)
	link, err := fault.NewAMQPLink(name+"->rabbitmq", "127.0.0.1:0", address.Host, t.FaultSink())
	t.Ours("link to the broker", err)
	address.Host = link.Addr()
	c := &Command{t: t, Broker: link, process: exec.Command(t.env.Bins[name], args...), ended: make(chan struct{})}
	c.process.Env = append(os.Environ(), "RABBITMQ_URL="+address.String())
	for variable, value := range env {
		c.process.Env = append(c.process.Env, variable+"="+value)
	}
	c.process.Stdout, c.process.Stderr = &c.stdout, &c.stderr
	t.Cleanup(func(context.Context) {
		if c.process.Process != nil {
			c.Kill()
		}
		link.Close()
	})
	return c
}

// WithoutOutput lets each write of the command to its standard output fail.
func (c *Command) WithoutOutput() *Command {
	readOnly, err := os.Open(os.DevNull)
	c.t.Ours("open "+os.DevNull, err)
	c.t.Cleanup(func(context.Context) { _ = readOnly.Close() })
	c.process.Stdout = readOnly
	return c
}

// Start starts the command. Rules of its link that were made before see all of it.
func (c *Command) Start() *Command {
	c.t.proceed()
	c.t.Ours("start "+c.process.Path, c.process.Start())
	go func() {
		_ = c.process.Wait()
		close(c.ended)
	}()
	return c
}

// Signal sends the command a signal.
func (c *Command) Signal(signal os.Signal) {
	c.t.proceed()
	_ = c.process.Process.Signal(signal)
}

// Kill ends the command with SIGKILL, and returns when it is gone.
func (c *Command) Kill() {
	_ = c.process.Process.Kill()
	<-c.ended
}

// Ended is closed when the command has ended.
func (c *Command) Ended() <-chan struct{} { return c.ended }

// Result returns the exit code of a command that has ended, -1 after a signal, and what it wrote.
func (c *Command) Result() (code int, stdout, stderr string) {
	return c.process.ProcessState.ExitCode(), c.stdout.String(), c.stderr.String()
}
