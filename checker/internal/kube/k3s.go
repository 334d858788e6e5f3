package kube

import (
	"context"
	"os"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/modules/k3s"
	"k8s.io/client-go/tools/clientcmd"

	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/proc"
)

// k3sProvider runs k3s in a container. The images of the shop must be in the container engine: `make images` builds them.
type k3sProvider struct{}

// k3sImage is the Kubernetes version of the built cluster.
const k3sImage = "rancher/k3s:v1.33.5-k3s1"

func (k3sProvider) usable(ctx context.Context, _ Options) error {
	if !infra.EngineAnswers(ctx) {
		return errSkip
	}
	return nil
}

func (k3sProvider) open(ctx context.Context, o Options) (_ *Cluster, err error) {
	o.Say("starting " + k3sImage + " in a container")
	container, err := k3s.Run(ctx, k3sImage)
	remove := func() { _ = testcontainers.TerminateContainer(container) }
	if err != nil {
		remove()
		return nil, &infra.Fault{What: "k3s does not start in a container", Cause: err, Next: "run `docker pull " + k3sImage + "` to see why"}
	}
	defer func() {
		if err != nil {
			remove()
		}
	}()
	content, err := container.GetKubeConfig(ctx)
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(content)
	if err != nil {
		return nil, err
	}
	c, err := newCluster("k3s", config)
	if err != nil {
		return nil, err
	}
	dir, removeDir, err := proc.TempDir("", "stagecraft-kube-")
	if err != nil {
		return nil, err
	}
	c.Kubeconfig = dir + "/kubeconfig"
	c.close = []func(){removeDir, remove}
	c.load = func(ctx context.Context, images ...string) error { return container.LoadImages(ctx, images...) }
	return c, os.WriteFile(c.Kubeconfig, content, 0o600)
}
