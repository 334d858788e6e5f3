package main

import (
	"context"
	"os"
	"path/filepath"

	cadvisorapi "github.com/google/cadvisor/info/v1"
	noopoteltrace "go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sys/unix"
	"k8s.io/client-go/kubernetes"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	apitest "k8s.io/cri-api/pkg/apis/testing"
	kubeletapp "k8s.io/kubernetes/cmd/kubelet/app"
	kubeletoptions "k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/kubelet"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	containertest "k8s.io/kubernetes/pkg/kubelet/container/testing"
	kubeletutil "k8s.io/kubernetes/pkg/kubelet/util"
	"k8s.io/kubernetes/pkg/kubemark"
	"k8s.io/kubernetes/pkg/util/oom"
	"k8s.io/kubernetes/pkg/volume"
	"k8s.io/kubernetes/pkg/volume/configmap"
	"k8s.io/kubernetes/pkg/volume/downwardapi"
	"k8s.io/kubernetes/pkg/volume/emptydir"
	"k8s.io/kubernetes/pkg/volume/projected"
	"k8s.io/kubernetes/pkg/volume/secret"
	"k8s.io/kubernetes/pkg/volume/util/hostutil"
	"k8s.io/kubernetes/pkg/volume/util/subpath"
	"k8s.io/mount-utils"
)

// machine is what the scheduler believes of a node: enough for the requests of the shop, whatever the real machine has.
type machine struct{ *cadvisortest.Fake }

func (m machine) MachineInfo() (*cadvisorapi.MachineInfo, error) {
	return &cadvisorapi.MachineInfo{NumCores: 8, InstanceID: cadvisorapi.InstanceID(m.NodeName), MemoryCapacity: 32 << 30}, nil
}

// imageStore says that every image is there, and names a user that is not root.
type imageStore struct{ *apitest.FakeImageService }

func (imageStore) ImageStatus(_ context.Context, i *runtimeapi.ImageSpec, _ bool) (*runtimeapi.ImageStatusResponse, error) {
	return &runtimeapi.ImageStatusResponse{Image: &runtimeapi.Image{
		Id: i.Image, RepoTags: []string{i.Image}, Size_: 1 << 20, Uid: &runtimeapi.Int64Value{Value: 65532},
	}}, nil
}

// startKubelet runs the real kubelet of a node. What it would do to cgroups and mounts of the machine is left out.
func startKubelet(client *kubernetes.Clientset, name, ip, dir string, runtime *processes) error {
	flags, config := kubemark.GetHollowKubeletConfig(&kubemark.HollowKubeletOptions{
		NodeName: name, MaxPods: 100,
		NodeLabels: map[string]string{"topology.kubernetes.io/zone": "zone-" + name, "kubernetes.io/os": "linux"},
	})
	// The directory made for it is not used.
	_ = os.RemoveAll(flags.RootDirectory)
	flags.RootDirectory = filepath.Join(dir, name)
	config.StaticPodPath, config.PodLogsDir = filepath.Join(dir, name, "static"), filepath.Join(dir, name, "logs")
	flags.NodeIP = ip
	config.EnableServer = false
	config.MaxOpenFiles = openFiles() // a kubelet sets this limit for its whole process
	config.RegistryBurst = 100
	config.SerializeImagePulls = false
	config.ClusterDNS, config.ClusterDomain = []string{dnsIP}, clusterDomain
	config.NodeStatusUpdateFrequency.Duration = 5e9
	config.ResolverConfig = ""
	if err := os.MkdirAll(config.StaticPodPath, 0o755); err != nil {
		return err
	}
	var volumes []volume.VolumePlugin
	for _, plugins := range [][]volume.VolumePlugin{
		emptydir.ProbeVolumePlugins(), secret.ProbeVolumePlugins(), configmap.ProbeVolumePlugins(),
		projected.ProbeVolumePlugins(), downwardapi.ProbeVolumePlugins(),
	} {
		volumes = append(volumes, plugins...)
	}
	images := apitest.NewFakeImageService()
	return kubeletapp.RunKubelet(context.Background(),
		&kubeletoptions.KubeletServer{KubeletFlags: *flags, KubeletConfiguration: *config},
		&kubelet.Dependencies{
			KubeClient: client, HeartbeatClient: client, EventClient: client.CoreV1(),
			RemoteRuntimeService: runtime, RemoteImageService: imageStore{images},
			CAdvisorInterface: machine{&cadvisortest.Fake{NodeName: name}},
			OSInterface:       &containertest.FakeOS{},
			ContainerManager:  cm.NewStubContainerManager(),
			VolumePlugins:     volumes,
			OOMAdjuster:       oom.NewFakeOOMAdjuster(), Mounter: &mount.FakeMounter{},
			Subpather: &subpath.FakeSubpath{}, HostUtil: hostutil.NewFakeHostUtil(nil),
			PodStartupLatencyTracker:  kubeletutil.NewPodStartupLatencyTracker(),
			NodeStartupLatencyTracker: kubeletutil.NewNodeStartupLatencyTracker(),
			TracerProvider:            noopoteltrace.NewTracerProvider(),
		})
}

// openFiles is how many files this process may have open.
func openFiles() int64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 1024
	}
	return int64(limit.Max)
}
