// Command kube is a Kubernetes cluster in one binary, for machines without a container engine: the real API server, controllers, scheduler
// and etcd, and kubelets whose containers are processes. It needs Linux and no root: everything runs in user, mount and network namespaces
// of its own, which end with it. Each pod has a network namespace and an address, each container a file system that holds its image's files
// and its volumes. Users, limits of memory and CPU, and network policies are accepted and not enforced.
//
//	kube cluster -dir DIR -images FILE …    runs a cluster until its standard input ends
//	kube kube-apiserver|kube-controller-manager|kube-scheduler …    are the parts that it starts
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

func main() {
	commands := map[string]func() *cobra.Command{
		"kube-apiserver":          apiserver.NewAPIServerCommand,
		"kube-controller-manager": controllers.NewControllerManagerCommand,
		"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	}
	name := ""
	if len(os.Args) > 1 {
		name = os.Args[1]
		os.Args = os.Args[1:]
	}
	switch command, component := commands[name]; {
	case component:
		os.Exit(cli.Run(command()))
	case name == "cluster":
		if err := cluster(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, "kube:", err)
			os.Exit(1)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: kube cluster -dir DIR -images FILE")
		os.Exit(2)
	}
}
