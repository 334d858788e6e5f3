package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	internalapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	apitest "k8s.io/cri-api/pkg/apis/testing"
	utilexec "k8s.io/utils/exec"
)

// processes is the container runtime of a node. Kubernetes' own fake keeps the books; this starts and stops a process for each container.
type processes struct {
	*apitest.FakeRuntimeService
	images     map[string]image
	network    *network
	logs       string
	startDelay time.Duration

	mu         sync.Mutex
	pods       map[string]*sandbox
	containers map[string]*process
}

var _ internalapi.RuntimeService = (*processes)(nil)

type sandbox struct {
	net *podNet
	dns *runtimeapi.DNSConfig
}

// process is a container.
type process struct {
	id, pod, namespace, root string
	image                    image
	config                   *runtimeapi.ContainerConfig
	sandbox                  *sandbox
	stopping                 chan struct{} // closed by the first stop
	done                     chan struct{}

	mu   sync.Mutex
	cmd  *exec.Cmd
	stop bool
}

func newProcesses(images map[string]image, network *network, logs string, startDelay time.Duration) *processes {
	fake := apitest.NewFakeRuntimeService()
	fake.FakeStatus = &runtimeapi.RuntimeStatus{Conditions: []*runtimeapi.RuntimeCondition{
		{Type: runtimeapi.RuntimeReady, Status: true}, {Type: runtimeapi.NetworkReady, Status: true},
	}}
	return &processes{
		FakeRuntimeService: fake, images: images, network: network, logs: logs, startDelay: startDelay,
		pods: map[string]*sandbox{}, containers: map[string]*process{},
	}
}

func (r *processes) RunPodSandbox(ctx context.Context, c *runtimeapi.PodSandboxConfig, handler string) (string, error) {
	net, err := r.network.add()
	if err != nil {
		return "", err
	}
	id, err := r.FakeRuntimeService.RunPodSandbox(ctx, c, handler)
	if err != nil {
		return "", err
	}
	r.FakeRuntimeService.Lock()
	r.Sandboxes[id].Network.Ip = net.ip
	r.FakeRuntimeService.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pods[id] = &sandbox{net, c.DnsConfig}
	return id, nil
}

func (r *processes) StopPodSandbox(ctx context.Context, id string) error {
	r.mu.Lock()
	pod := r.pods[id]
	delete(r.pods, id)
	r.mu.Unlock()
	if pod != nil {
		r.network.remove(pod.net)
	}
	return r.FakeRuntimeService.StopPodSandbox(ctx, id)
}

func (r *processes) CreateContainer(
	ctx context.Context, pod string, c *runtimeapi.ContainerConfig, sc *runtimeapi.PodSandboxConfig,
) (string, error) {
	i, ok := r.images[imageName(c.Image.UserSpecifiedImage)]
	if !ok {
		return "", fmt.Errorf("this cluster has no image %s", c.Image.UserSpecifiedImage)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pods[pod] == nil {
		return "", fmt.Errorf("no pod %s", pod)
	}
	id, err := r.FakeRuntimeService.CreateContainer(ctx, pod, c, sc)
	if err != nil {
		return "", err
	}
	r.containers[id] = &process{
		id: id, pod: sc.Metadata.Name, namespace: sc.Metadata.Namespace, root: filepath.Join(filepath.Dir(r.logs), "roots", id),
		image: i, config: c, sandbox: r.pods[pod], stopping: make(chan struct{}), done: make(chan struct{}),
	}
	return id, nil
}

// imageName is the last element of an image's name, without tag and digest.
func imageName(name string) string {
	name, _, _ = strings.Cut(name, "@")
	name = name[strings.LastIndexByte(name, '/')+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}

func (r *processes) container(id string) *process {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.containers[id]
}

func (r *processes) StartContainer(ctx context.Context, id string) error {
	p := r.container(id)
	if err := makeRoot(p.root, p.image, p.config, p.sandbox.dns); err != nil {
		return err
	}
	if err := r.FakeRuntimeService.StartContainer(ctx, id); err != nil {
		return err
	}
	go func() {
		code := p.run(r.startDelay, filepath.Join(r.logs, fmt.Sprintf("%s_%s_%s.log", p.namespace, p.pod, p.config.Metadata.Name)))
		removeRoot(p.root)
		r.FakeRuntimeService.Lock()
		if c := r.Containers[id]; c != nil {
			c.State, c.FinishedAt, c.ExitCode = runtimeapi.ContainerState_CONTAINER_EXITED, time.Now().UnixNano(), int32(code)
			if c.Reason = "Completed"; code != 0 {
				c.Reason = "Error"
			}
		}
		r.FakeRuntimeService.Unlock()
		close(p.done)
	}()
	return nil
}

// run returns the exit code: 128 and the number of the signal that ended the process.
func (p *process) run(delay time.Duration, logFile string) int {
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return 127
	}
	defer log.Close()
	select {
	case <-time.After(delay):
	case <-p.stopping:
		return 128 + int(syscall.SIGTERM)
	}
	command, args := p.config.Command, p.config.Args
	if len(command) == 0 {
		command = p.image.Entrypoint
	}
	p.mu.Lock()
	p.cmd = p.command(append(command[:len(command):len(command)], args...))
	p.cmd.Stdout, p.cmd.Stderr = log, log
	err = p.sandbox.net.in(p.cmd.Start)
	if err == nil && p.stop {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	p.mu.Unlock()
	if err != nil {
		fmt.Fprintln(log, "start the container:", err)
		return 127
	}
	_ = p.cmd.Wait()
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return p.cmd.ProcessState.ExitCode()
}

// command runs in the container's file system. The network namespace is that of the thread that starts it.
func (p *process) command(args []string) *exec.Cmd {
	cmd := &exec.Cmd{Path: args[0], Args: args, Dir: "/", SysProcAttr: &syscall.SysProcAttr{
		Chroot: p.root, Setpgid: true, Pdeathsig: syscall.SIGKILL,
	}}
	if p.config.WorkingDir != "" {
		cmd.Dir = p.config.WorkingDir
	}
	if !filepath.IsAbs(args[0]) {
		cmd.Path = filepath.Join("/bin", args[0])
	}
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=" + p.pod, "HOME=/"}
	for _, e := range p.config.Envs {
		cmd.Env = append(cmd.Env, e.Key+"="+string(e.Value))
	}
	return cmd
}

func (r *processes) StopContainer(ctx context.Context, id string, timeout int64) error {
	p := r.container(id)
	if p == nil {
		return r.FakeRuntimeService.StopContainer(ctx, id, timeout)
	}
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return nil
	case <-time.After(time.Duration(timeout) * time.Second):
	}
	p.signal(syscall.SIGKILL)
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *process) signal(sig syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stop {
		p.stop = true
		close(p.stopping)
	}
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(sig)
	}
}

func (r *processes) RemoveContainer(ctx context.Context, id string) error {
	r.mu.Lock()
	delete(r.containers, id)
	r.mu.Unlock()
	return r.FakeRuntimeService.RemoveContainer(ctx, id)
}

// ExecSync runs a command in a container, for a probe or a hook.
func (r *processes) ExecSync(ctx context.Context, id string, args []string, timeout time.Duration) ([]byte, []byte, error) {
	p := r.container(id)
	if p == nil {
		return nil, nil, fmt.Errorf("no container %s", id)
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	var stdout, stderr bytes.Buffer
	cmd := p.command(args)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := p.sandbox.net.in(cmd.Start); err != nil {
		return nil, nil, utilexec.CodeExitError{Err: err, Code: 126}
	}
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		err = context.DeadlineExceeded
	case errors.As(err, &exit):
		err = utilexec.CodeExitError{Err: err, Code: exit.ExitCode()}
	}
	return stdout.Bytes(), stderr.Bytes(), err
}
