package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

// insideVariable marks the copy of this program that runs in the namespaces.
const insideVariable = "STAGECRAFT_KUBE_INSIDE"

const apiURL = "https://127.0.0.1:6443"

// options of a cluster.
type options struct {
	// dir gets the kubeconfig, cluster.sock (see relay.go), the data, and logs/.
	dir, images string
	nodes       int
	// startDelay passes between the start of a container and that of its process: a program that starts slowly.
	startDelay time.Duration
	// endpointLag passes until DNS and the addresses of Services follow a change of a Service's pods, as on large clusters.
	endpointLag time.Duration
}

// cluster runs until the standard input ends, and prints READY when pods can be made.
func cluster(args []string) error {
	var o options
	flags := flag.NewFlagSet("cluster", flag.ExitOnError)
	flags.StringVar(&o.dir, "dir", "", "directory for everything that the cluster writes")
	flags.StringVar(&o.images, "images", "", "JSON file: images by name")
	flags.IntVar(&o.nodes, "nodes", 3, "number of nodes")
	flags.DurationVar(&o.startDelay, "start-delay", 0, "time before the process of a container starts")
	flags.DurationVar(&o.endpointLag, "endpoint-lag", 0, "time until a change of endpoints reaches clients")
	_ = flags.Parse(args)
	if os.Getenv(insideVariable) == "" {
		return enter()
	}
	// A mount made here must not appear on the host.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	return o.run()
}

// enter runs this program again as root of namespaces of its own.
func enter() error {
	self := exec.Command("/proc/self/exe", append([]string{"cluster"}, os.Args[1:]...)...)
	self.Env = append(os.Environ(), insideVariable+"=1")
	self.Stdin, self.Stdout, self.Stderr = os.Stdin, os.Stdout, os.Stderr
	self.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	err := self.Run()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("this system lets no user make namespaces (see `sysctl kernel.apparmor_restrict_unprivileged_userns user.max_user_namespaces`): %w", err)
	}
	return err
}

func (o *options) run() error {
	raw, err := os.ReadFile(o.images)
	if err != nil {
		return err
	}
	images := map[string]image{}
	if err := json.Unmarshal(raw, &images); err != nil {
		return fmt.Errorf("images: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(o.dir, "logs"), 0o755); err != nil {
		return err
	}
	network, err := newNetwork(o.nodes)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	log, err := os.Create(filepath.Join(o.dir, "logs", "kubelet.log"))
	if err != nil {
		return err
	}
	logging := flag.NewFlagSet("logging", flag.ExitOnError)
	klog.InitFlags(logging)
	_ = logging.Parse([]string{"-logtostderr=false", "-stderrthreshold=FATAL"})
	klog.SetOutput(log)
	// What only root of the machine may do is left out.
	if err := utilfeature.DefaultMutableFeatureGate.Set("KubeletInUserNamespace=true"); err != nil {
		return err
	}
	etcd, err := startEtcd(o.dir)
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	defer etcd.Close()
	config, failed, err := o.controlPlane()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	services := watchServices(client, o.endpointLag)
	if err := services.serve(); err != nil {
		return fmt.Errorf("services: %w", err)
	}
	if err := relay(filepath.Join(o.dir, "cluster.sock"), filepath.Join(o.dir, "outside.sock")); err != nil {
		return fmt.Errorf("relay: %w", err)
	}
	var runtimes []*processes
	for i := range o.nodes {
		runtime := newProcesses(images, network, filepath.Join(o.dir, "logs"), o.startDelay)
		if err := startKubelet(client, fmt.Sprintf("node-%d", i+1), nodeIP(i), filepath.Join(o.dir, "nodes"), runtime); err != nil {
			return fmt.Errorf("kubelet: %w", err)
		}
		runtimes = append(runtimes, runtime)
	}
	if err := serveMetrics(client, runtimes); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	if err := awaitNodes(client, o.nodes, failed); err != nil {
		return err
	}
	fmt.Println("READY")
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		failed <- nil
	}()
	return <-failed
}

// controlPlane starts the API server and, when it is ready, the controllers and the scheduler. The channel has the end of the first that ends.
func (o *options) controlPlane() (*rest.Config, chan error, error) {
	failed := make(chan error, 8)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, err
	}
	token := rand.Text()
	keyFile, kubeconfig, tokens := filepath.Join(o.dir, "accounts.pem"), filepath.Join(o.dir, "kubeconfig"), filepath.Join(o.dir, "tokens.csv")
	for name, content := range map[string]string{
		keyFile: string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})),
		tokens:  token + `,admin,admin,"system:masters"` + "\n",
		kubeconfig: `apiVersion: v1
kind: Config
clusters: [{name: stagecraft, cluster: {server: "` + apiURL + `", insecure-skip-tls-verify: true}}]
users: [{name: admin, user: {token: ` + token + `}}]
contexts: [{name: stagecraft, context: {cluster: stagecraft, user: admin, namespace: default}}]
current-context: stagecraft
`,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return nil, nil, err
		}
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, nil, err
	}
	config.QPS, config.Burst = 200, 400
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, err
	}
	certs := filepath.Join(o.dir, "certificates")
	if err := o.start(failed, "kube-apiserver", "--etcd-servers="+etcdURL, "--bind-address=127.0.0.1", "--advertise-address="+hostIP,
		"--secure-port=6443", "--cert-dir="+certs, "--service-account-key-file="+keyFile, "--service-account-signing-key-file="+keyFile,
		"--service-account-issuer=https://kubernetes", "--service-cluster-ip-range="+serviceNet, "--token-auth-file="+tokens,
		"--authorization-mode=RBAC", "--endpoint-reconciler-type=none", "--disable-admission-plugins=ServiceAccount"); err != nil {
		return nil, nil, err
	}
	if err := until(failed, func(ctx context.Context) bool {
		_, err := client.RESTClient().Get().AbsPath("/readyz").DoRaw(ctx)
		return err == nil
	}); err != nil {
		return nil, nil, err
	}
	if err := o.start(failed, "kube-controller-manager", "--kubeconfig="+kubeconfig, "--bind-address=127.0.0.1", "--cert-dir="+certs+"/controllers",
		"--leader-elect=false", "--service-account-private-key-file="+keyFile, "--use-service-account-credentials=false",
		"--kube-api-qps=100", "--kube-api-burst=200", "--horizontal-pod-autoscaler-sync-period=3s",
		"--horizontal-pod-autoscaler-cpu-initialization-period=10s", "--horizontal-pod-autoscaler-initial-readiness-delay=5s",
		"--controllers=deployment-controller,replicaset-controller,statefulset-controller,job-controller,cronjob-controller,disruption-controller,"+
			"horizontal-pod-autoscaler-controller,endpointslice-controller,namespace-controller,garbage-collector-controller,"+
			"pod-garbage-collector-controller,serviceaccount-controller,node-lifecycle-controller,ttl-after-finished-controller"); err != nil {
		return nil, nil, err
	}
	return config, failed, o.start(failed, "kube-scheduler", "--kubeconfig="+kubeconfig, "--bind-address=127.0.0.1", "--cert-dir="+certs+"/scheduler",
		"--leader-elect=false", "--kube-api-qps=100", "--kube-api-burst=200")
}

func (o *options) start(failed chan<- error, name string, args ...string) error {
	log, err := os.Create(filepath.Join(o.dir, "logs", name+".log"))
	if err != nil {
		return err
	}
	cmd := exec.Command("/proc/self/exe", append([]string{name}, args...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { failed <- fmt.Errorf("%s ended (%v): see %s", name, cmd.Wait(), log.Name()) }()
	return nil
}

// awaitNodes waits until the nodes are ready and pods of the namespace default are admitted.
func awaitNodes(client kubernetes.Interface, nodes int, failed <-chan error) error {
	return until(failed, func(ctx context.Context) bool {
		list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if err != nil || len(list.Items) < nodes {
			return false
		}
		for _, node := range list.Items {
			ready := false
			for _, c := range node.Status.Conditions {
				ready = ready || c.Type == "Ready" && c.Status == "True"
			}
			if !ready || len(node.Spec.Taints) > 0 {
				return false
			}
		}
		_, err = client.CoreV1().ServiceAccounts("default").Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	})
}

func until(failed <-chan error, done func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	for !done(ctx) {
		select {
		case err := <-failed:
			return err
		case <-ctx.Done():
			return errors.New("the cluster is not ready after three minutes")
		case <-time.After(100 * time.Millisecond):
		}
	}
	return nil
}

func nodeIP(i int) string { return "10.244.0." + strconv.Itoa(i+2) }
