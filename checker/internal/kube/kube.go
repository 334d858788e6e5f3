// Package kube gives a run a Kubernetes cluster: one that the environment names, or the built cluster of tools/kube, whose containers are
// processes. It deploys manifests there and moves them on: rollouts, drains, autoscaling.
package kube

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/proc"
)

// KubeconfigVariable names a file with the address of a cluster to use.
const KubeconfigVariable = "STAGECRAFT_KUBECONFIG"

// Options say what cluster is wanted.
type Options struct {
	// Root is the repository.
	Root string
	// Images are what containers can be made of, by the last element of their name.
	Images map[string]Image
	// StartDelay passes before the process of a container starts, EndpointLag until clients follow a change of a Service's pods. Without
	// them a fault of a manifest can stay invisible on a fast machine. Only the built cluster can do this.
	StartDelay, EndpointLag time.Duration
	// Say takes lines about progress; may be nil.
	Say func(string)
}

// Image is what a container of an image starts with.
type Image struct {
	// Files are its files: paths in the container to files of this machine.
	Files map[string]string `json:"files,omitempty"`
	// Host gives the container this machine's file system to read instead.
	Host       bool     `json:"host,omitempty"`
	Entrypoint []string `json:"entrypoint,omitempty"`
}

// provider is a source of clusters.
type provider interface {
	// usable returns errSkip where this machine cannot have such a cluster, a *infra.Fault where it should and does not.
	usable(ctx context.Context, o Options) error
	open(ctx context.Context, o Options) (*Cluster, error)
}

// errSkip says that the next provider is to be asked.
var errSkip = errors.New("no such cluster here")

// Cluster is a cluster that answers.
type Cluster struct {
	// Provider is external or built.
	Provider string
	// Line tells the provider and the version in one line.
	Line string
	// Kubeconfig is a file for kubectl.
	Kubeconfig string
	// Logs is the directory where the built cluster writes the logs of its parts and of all containers; empty with others.
	Logs string

	Client  kubernetes.Interface
	dynamic dynamic.Interface
	config  *rest.Config

	link  *link // of the built cluster; nil with others
	close []func()
}

// Open returns the first cluster that can be had. An error is a *infra.Fault or the context's.
func Open(ctx context.Context, o Options) (*Cluster, error) {
	if o.Say == nil {
		o.Say = func(string) {}
	}
	p, err := choose(ctx, o)
	if err != nil {
		return nil, err
	}
	c, err := p.open(ctx, o)
	if err != nil {
		return nil, err
	}
	version, err := c.Client.Discovery().ServerVersion()
	if err != nil {
		c.Close()
		return nil, &infra.Fault{What: "the Kubernetes cluster does not answer", Cause: err}
	}
	c.Line = fmt.Sprintf("Kubernetes %s (%s)", version.GitVersion, c.Provider)
	return c, nil
}

// Available returns nil if Open would find a cluster to open, and says otherwise what to do about it.
func Available(ctx context.Context, root string) error {
	_, err := choose(ctx, Options{Root: root})
	return err
}

func choose(ctx context.Context, o Options) (provider, error) {
	for _, p := range []provider{external{}, built{}} {
		if err := p.usable(ctx, o); !errors.Is(err, errSkip) {
			return p, err
		}
	}
	return nil, &infra.Fault{What: "no Kubernetes cluster: " + KubeconfigVariable + " is not set, and none is built",
		Next: "run `go run ./checker setup-kube`, once"}
}

// newCluster connects to the cluster of a configuration.
func newCluster(name string, config *rest.Config) (*Cluster, error) {
	config.QPS, config.Burst = 100, 200
	c := &Cluster{Provider: name, config: config}
	var err error
	if c.Client, err = kubernetes.NewForConfig(config); err != nil {
		return nil, err
	}
	if c.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	return c, nil
}

// Close lets go of the cluster. It ends unless it is external.
func (c *Cluster) Close() {
	for i := len(c.close) - 1; i >= 0; i-- {
		c.close[i]()
	}
	c.close = nil
}

// Reachable returns an address that leads pods to a server of this machine.
func (c *Cluster) Reachable(ctx context.Context, address string) (string, error) {
	if c.link == nil {
		return "", &infra.Fault{What: "pods of a cluster that is not the built one cannot reach the servers of this machine",
			Next: "let the manifests name servers that the cluster reaches"}
	}
	return c.link.forward(ctx, address)
}

// Expose lets this machine reach a port of a Service, at the address that it returns, until Close. Each connection goes to the Service's
// address, as one from inside the cluster does.
func (c *Cluster) Expose(ctx context.Context, namespace, service string, port int32, local int) (string, error) {
	if c.link == nil {
		return c.exposeByPortForward(ctx, namespace, service, port, local)
	}
	svc, err := c.Client.CoreV1().Services(namespace).Get(ctx, service, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("find the service %s: %w", service, err)
	}
	if svc.Spec.ClusterIP == "" || svc.Spec.ClusterIP == "None" {
		return "", fmt.Errorf("the service %s has no address", service)
	}
	target := net.JoinHostPort(svc.Spec.ClusterIP, fmt.Sprint(port))
	return c.listen(local, func(ctx context.Context) (net.Conn, error) { return c.link.dial(ctx, target) })
}

// listen opens a port of this machine, any if local is 0.
func (c *Cluster) listen(local int, dial func(context.Context) (net.Conn, error)) (string, error) {
	if local == 0 {
		port, err := proc.FreePort()
		if err != nil {
			return "", err
		}
		local = port
		c.close = append(c.close, func() { proc.ReleasePort(port) })
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(local)))
	if err != nil {
		return "", err
	}
	c.close = append(c.close, func() { _ = listener.Close() })
	go accept(listener, func(conn net.Conn) {
		ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
		defer cancel()
		target, err := dial(ctx)
		if err != nil {
			refuse(conn)
			return
		}
		join(conn, target)
	})
	return listener.Addr().String(), nil
}

// ImageName is the last element of an image's name, without tag and digest.
func ImageName(name string) string {
	name, _, _ = strings.Cut(name, "@")
	name = name[strings.LastIndexByte(name, '/')+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}

// Tails returns the last lines of every container's log in the built cluster.
func (c *Cluster) Tails(namespace string, lines int) string {
	var out strings.Builder
	for _, file := range paths.Match(c.Logs, namespace+"_*.log") {
		content, err := os.ReadFile(file)
		if err != nil || len(content) == 0 {
			continue
		}
		all := strings.Split(strings.TrimSpace(string(content)), "\n")
		fmt.Fprintf(&out, "── %s\n%s\n", filepath.Base(file), strings.Join(all[max(0, len(all)-lines):], "\n"))
	}
	return out.String()
}
