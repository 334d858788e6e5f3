package kube

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/proc"
)

// built is the cluster of tools/kube. Its API server listens inside its own network namespace.
type built struct{}

const startTimeout = 4 * time.Minute

// binary is where Setup puts the program.
func binary(root string) string { return filepath.Join(root, ".stagecraft", "kube", "kube") }

// Setup builds the cluster of tools/kube. Nothing else needs it.
func Setup(ctx context.Context, root string, say func(string)) error {
	if runtime.GOOS != "linux" {
		return &infra.Fault{What: "the built cluster needs Linux", Next: "start a container engine, or name a cluster in " + KubeconfigVariable}
	}
	say("building the Kubernetes cluster of tools/kube: six to ten minutes and 3 GB of Go's build cache the first time, seconds later")
	began := time.Now()
	if err := build.Command(ctx, filepath.Join(root, "tools", "kube"), binary(root), "-s -w -X k8s.io/component-base/version.gitVersion="+kubernetesVersion); err != nil {
		return err
	}
	say(fmt.Sprintf("built in %s: %s", time.Since(began).Round(time.Second), binary(root)))
	return nil
}

// kubernetesVersion is that of tools/kube/go.mod.
const kubernetesVersion = "v1.33.13"

func (built) usable(_ context.Context, o Options) error {
	if _, err := os.Stat(binary(o.Root)); errors.Is(err, fs.ErrNotExist) {
		return errSkip
	}
	return nil
}

func (built) open(ctx context.Context, o Options) (_ *Cluster, err error) {
	dir, remove, err := proc.TempDir("", "stagecraft-kube-") // short: the path of a socket has at most 108 bytes
	if err != nil {
		return nil, err
	}
	closers := []func(){remove}
	defer func() {
		if err != nil {
			(&Cluster{close: closers}).Close()
		}
	}()
	images, err := json.Marshal(o.Images)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "images.json"), images, 0o600); err != nil {
		return nil, err
	}
	link, err := newLink(dir)
	if err != nil {
		return nil, err
	}
	closers = append(closers, func() { _ = link.listener.Close() })
	stop, err := start(ctx, o, dir)
	if err != nil {
		return nil, err
	}
	closers = append(closers, stop)
	c, err := connect(dir, link)
	if err != nil {
		return nil, err
	}
	c.close = append(closers, c.close...)
	return c, nil
}

// start runs the cluster until it is stopped, and returns when it is ready.
func start(ctx context.Context, o Options, dir string) (stop func(), err error) {
	stdin, hold := io.Pipe()
	stdout, output := io.Pipe()
	var words bytes.Buffer
	began := time.Now()
	process, err := proc.Start(context.WithoutCancel(ctx), proc.Spec{
		Name: "the Kubernetes cluster", Path: binary(o.Root), Stdin: stdin, Stdout: output, Stderr: &words, Dir: dir,
		Args: []string{"cluster", "-dir", dir, "-images", filepath.Join(dir, "images.json"),
			"-start-delay", o.StartDelay.String(), "-endpoint-lag", o.EndpointLag.String()},
	})
	if err != nil {
		return nil, err
	}
	stop = func() {
		_ = hold.Close()
		_ = process.Kill()
		<-process.Done()
	}
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if lines.Text() == "READY" {
				ready <- true
			}
		}
	}()
	select {
	case <-ready:
		o.Say(fmt.Sprintf("the Kubernetes cluster is ready after %s", time.Since(began).Round(100*time.Millisecond)))
		return stop, nil
	case <-process.Done():
		err = &infra.Fault{What: "the Kubernetes cluster ended: " + lastLine(words.String()), Next: "see the files in " + filepath.Join(dir, "logs")}
	case <-time.After(startTimeout):
		err = &infra.Fault{What: "the Kubernetes cluster was not ready after " + startTimeout.String()}
	case <-ctx.Done():
		err = ctx.Err()
	}
	stop()
	return nil, err
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// connect goes through the link, and opens a port of this machine for kubectl.
func connect(dir string, l *link) (*Cluster, error) {
	config, err := clientcmd.BuildConfigFromFlags("", filepath.Join(dir, "kubeconfig"))
	if err != nil {
		return nil, err
	}
	api := strings.TrimPrefix(config.Host, "https://")
	config.Dial = func(ctx context.Context, _, _ string) (net.Conn, error) { return l.dial(ctx, api) }
	c, err := newCluster("built", config)
	if err != nil {
		return nil, err
	}
	c.link, c.Logs = l, filepath.Join(dir, "logs")
	address, err := c.listen(0, func(ctx context.Context) (net.Conn, error) { return l.dial(ctx, api) })
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(dir, "kubeconfig"))
	if err != nil {
		return nil, err
	}
	c.Kubeconfig = filepath.Join(dir, "kubectl.yaml")
	return c, os.WriteFile(c.Kubeconfig, bytes.ReplaceAll(content, []byte(api), []byte(address)), 0o600)
}
