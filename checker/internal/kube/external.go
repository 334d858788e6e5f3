package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"

	"stagecraft/checker/internal/infra"
)

// external is a cluster that the environment names. Its images come from wherever its nodes pull them.
type external struct{}

func (external) usable(context.Context, Options) error {
	if os.Getenv(KubeconfigVariable) == "" {
		return errSkip
	}
	return nil
}

func (external) open(context.Context, Options) (*Cluster, error) {
	path := os.Getenv(KubeconfigVariable)
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return nil, &infra.Fault{What: "the file of " + KubeconfigVariable + " names no cluster", Cause: err, Next: "correct or unset it"}
	}
	c, err := newCluster("external", config)
	if err != nil {
		return nil, err
	}
	c.Kubeconfig = path
	return c, nil
}

// exposeByPortForward connects to one ready pod of the Service, through the API server. Where it ends, the connections end.
func (c *Cluster) exposeByPortForward(ctx context.Context, namespace, service string, port int32, local int) (string, error) {
	svc, err := c.Client.CoreV1().Services(namespace).Get(ctx, service, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("find the service %s: %w", service, err)
	}
	pods, err := c.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: metav1.FormatLabelSelector(&metav1.LabelSelector{MatchLabels: svc.Spec.Selector})})
	if err != nil {
		return "", err
	}
	for _, pod := range pods.Items {
		if target := containerPort(svc, pod, port); Ready(&pod) && target != 0 {
			return c.forwardPort(pod, target, local)
		}
	}
	return "", fmt.Errorf("the service %s has no pod that is ready", service)
}

// containerPort is where a pod listens for a port of its Service; 0 if it does not.
func containerPort(svc *corev1.Service, pod corev1.Pod, port int32) int32 {
	for _, p := range svc.Spec.Ports {
		if p.Port != port {
			continue
		}
		if p.TargetPort.StrVal == "" {
			return max(p.TargetPort.IntVal, 0)
		}
		for _, container := range pod.Spec.Containers {
			for _, named := range container.Ports {
				if named.Name == p.TargetPort.StrVal {
					return named.ContainerPort
				}
			}
		}
	}
	return 0
}

func (c *Cluster) forwardPort(pod corev1.Pod, port int32, local int) (string, error) {
	transport, upgrader, err := spdy.RoundTripperFor(c.config)
	if err != nil {
		return "", err
	}
	url := c.Client.CoreV1().RESTClient().Post().Resource("pods").Namespace(pod.Namespace).Name(pod.Name).SubResource("portforward").URL()
	stop, ready := make(chan struct{}), make(chan struct{})
	forwarder, err := portforward.New(spdy.NewDialer(upgrader, &http.Client{Transport: transport}, http.MethodPost, url),
		[]string{fmt.Sprintf("%d:%d", local, port)}, stop, ready, io.Discard, io.Discard)
	if err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- forwarder.ForwardPorts() }()
	select {
	case err := <-ended:
		return "", errors.Join(errors.New("the port could not be forwarded"), err)
	case <-ready:
	}
	c.close = append(c.close, func() { close(stop) })
	ports, err := forwarder.GetPorts()
	if err != nil {
		return "", err
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(ports[0].Local)), nil
}
