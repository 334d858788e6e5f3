package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stagecraft/checker/internal/kube/shop"
	"stagecraft/checker/internal/stack"
)

// overlay is where a stage has the manifests for a cluster of a developer.
const overlay = "deploy/overlays/dev"

// HasManifests says whether the stage in dir, or the copy of one, can be deployed to Kubernetes.
func HasManifests(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, overlay, "kustomization.yaml"))
	return err == nil
}

// RunOnKubernetes deploys a stage to a cluster, with traffic on it, until the context ends. That the context ended is no error.
func RunOnKubernetes(ctx context.Context, options Options) error {
	if options.Rate == 0 {
		options.Rate = 2
	}
	d := &Demo{options: options, out: &lockedWriter{w: options.Out}, stop: func() {}}
	s, err := shop.Deploy(ctx, shop.Options{
		Root: options.Root, Dir: options.Dir, Manifests: filepath.Join(options.Dir, overlay), Port: freeOf(stablePorts)["gateway"], Say: d.out.line,
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer s.Close()
	d.shop = stack.NewShop(s.Gateway, s.Keys, nil)
	defer func() {
		d.stop()
		d.traffic.Wait()
	}()
	if err := d.open(ctx); err != nil {
		return err
	}
	for _, line := range introKubernetes(s) {
		d.out.line(line)
	}
	for {
		select {
		case <-ctx.Done():
			d.out.line("stopping")
			return nil
		case <-time.After(10 * time.Second):
			d.out.line("traffic: " + d.Traffic())
		}
	}
}

// introKubernetes says what is where, and what to try.
func introKubernetes(s *shop.Shop) []string {
	lines := []string{
		s.Cluster.Line, s.Infra, "",
		"  gateway    " + s.Gateway,
		"  namespace  " + s.Namespace + ": " + strings.Join(s.Deployments, ", "),
	}
	if s.Cluster.Logs != "" {
		lines = append(lines, "  logs       "+s.Cluster.Logs)
	}
	lines = append(lines, "", "Look at the cluster, and roll a service out while customers buy:", "",
		"export KUBECONFIG="+s.Cluster.Kubeconfig,
		fmt.Sprintf("kubectl --namespace %s get pods --output wide", s.Namespace),
		fmt.Sprintf("kubectl --namespace %s rollout restart deployment/order", s.Namespace),
		fmt.Sprintf("kubectl --namespace %s rollout status deployment/order", s.Namespace),
		"", "Try the shop (each line works as it stands):", "")
	lines = append(lines, samples(s.Gateway, s.Keys.User(buyers[0]), s.Keys.Admin())...)
	return append(lines, "", "Ctrl-C stops everything.")
}
