package shop_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stagecraft/checker/internal/kube"
	"stagecraft/checker/internal/kube/shop"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/load/traffic"
)

// rolloutsVariable says how many rollouts are proved.
const rolloutsVariable = "STAGECRAFT_ROLLOUTS"

// A rollout, a rollback and a drained node fail no request, although programs start slowly and clients learn late of new addresses.
func TestRollouts_UnderLoad_NoRequestFails(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv(rolloutsVariable))
	if n == 0 {
		t.Skip("make rollouts runs this: it needs the built cluster and minutes")
	}
	s := deploy(t, nil)
	customers := newTraffic(t, s)
	ctx := t.Context()
	for i := range n {
		name := s.Deployments[i%len(s.Deployments)]
		proves(t, customers, rate, fmt.Sprintf("rollout %d/%d of %s", i+1, n, name), func() {
			require.NoError(t, s.Cluster.Restart(ctx, s.Namespace, name))
			require.NoError(t, s.Cluster.AwaitRollout(ctx, s.Namespace, name))
		})
	}
	for _, name := range s.Deployments[:min(n, len(s.Deployments))] { // the others have nothing to go back to
		proves(t, customers, rate, "rollback of "+name, func() {
			require.NoError(t, s.Cluster.RollBack(ctx, s.Namespace, name))
			require.NoError(t, s.Cluster.AwaitRollout(ctx, s.Namespace, name))
		})
	}
	proves(t, customers, rate, "drain of node-1", func() {
		refused, err := s.Cluster.Drain(ctx, "node-1")
		require.NoError(t, err)
		t.Logf("the eviction API refused %d times because of budgets", refused)
		for _, name := range s.Deployments {
			require.NoError(t, s.Cluster.AwaitRollout(ctx, s.Namespace, name))
		}
		require.NoError(t, s.Cluster.Uncordon(ctx, "node-1"))
	})
}

// An autoscaler adds gateways under load and takes them away after it, and no request fails.
func TestRollouts_Autoscaler_OutAndInWithoutAFailure(t *testing.T) {
	if os.Getenv(rolloutsVariable) == "" {
		t.Skip("make rollouts runs this: it needs the built cluster and minutes")
	}
	s := deploy(t, func(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
		// A gateway asks for less, so that the load of this test is much, and a quiet quarter of a minute is enough to scale in.
		for _, o := range kube.OfKind(objects, "Deployment") {
			if o.GetName() == "gateway" {
				containers, _, err := unstructured.NestedSlice(o.Object, "spec", "template", "spec", "containers")
				require.NoError(t, err)
				require.NoError(t, unstructured.SetNestedField(containers[0].(map[string]any), "40m", "resources", "requests", "cpu"))
				require.NoError(t, unstructured.SetNestedSlice(o.Object, containers, "spec", "template", "spec", "containers"))
			}
		}
		for _, o := range kube.OfKind(objects, "HorizontalPodAutoscaler") {
			require.NoError(t, unstructured.SetNestedField(o.Object, int64(15), "spec", "behavior", "scaleDown", "stabilizationWindowSeconds"))
			unstructured.RemoveNestedField(o.Object, "spec", "behavior", "scaleDown", "policies")
		}
		return objects
	})
	customers := newTraffic(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	proves(t, customers, 80, "scale out", func() {
		require.NoError(t, s.Cluster.AwaitReplicas(ctx, s.Namespace, "gateway", 3, 4))
	})
	proves(t, customers, 4, "scale in", func() {
		require.NoError(t, s.Cluster.AwaitReplicas(ctx, s.Namespace, "gateway", 2, 2))
	})
}

func deploy(t *testing.T, change func([]*unstructured.Unstructured) []*unstructured.Unstructured) *shop.Shop {
	root, err := filepath.Abs("../../../..")
	require.NoError(t, err)
	s, err := shop.Deploy(t.Context(), shop.Options{
		Root: root, Dir: filepath.Join(root, "stage4-infra"), Manifests: "testdata/shop",
		StartDelay: 2 * time.Second, EndpointLag: 1500 * time.Millisecond,
		Say: func(line string) { t.Log(line) }, Change: change,
	})
	require.NoError(t, err)
	t.Cleanup(s.Close)
	t.Cleanup(func() {
		if t.Failed() && os.Getenv("STAGECRAFT_KEEP_LOGS") != "" {
			_ = os.CopyFS(os.Getenv("STAGECRAFT_KEEP_LOGS"), os.DirFS(s.Cluster.Logs))
		}
	})
	t.Log(s.Cluster.Line, s.Infra)
	return s
}

func newTraffic(t *testing.T, s *shop.Shop) *traffic.Traffic {
	customers := traffic.New(traffic.Options{
		Base: s.Gateway, Buyers: traffic.Buyers(s.Keys, 20), Admin: s.Keys.Admin(), Mix: traffic.Default(), Connections: 50,
	})
	require.NoError(t, customers.Seed(t.Context()))
	return customers
}

// rate is far below what the shop holds on two cores, so that nothing is shed.
const rate = 20

// proves runs change under load, and a moment longer, and fails if a request does.
func proves(t *testing.T, customers *traffic.Traffic, rate float64, what string, change func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	result := make(chan load.Step, 1)
	began := time.Now()
	go func() {
		result <- load.Measure(ctx, load.Constant{
			Rate: rate, Duration: time.Hour, MaxInFlight: 500, Seed: uint64(began.UnixNano()),
			Goals: load.Goals{Patience: 5 * time.Second, P99: 5 * time.Second, Errors: 0, Lag: time.Second}, Do: customers.Do,
		})
	}()
	change()
	took := time.Since(began)
	<-time.After(3 * time.Second) // what the lag of endpoints delays shows now
	stop()
	step := <-result
	t.Logf("%-40s %6s  %4d sent, %d failed, %d late, %d shed, %d not sent, p99 %.0f ms, longest %.0f ms %v", what, took.Round(100*time.Millisecond),
		step.Sent, step.Failed, step.Late, step.Shed, step.NotSent, step.Latency.P99, step.Latency.Max, step.Reasons)
	if step.Failed+step.Late+step.Shed+step.NotSent > 0 {
		t.Errorf("%s: %d of %d requests were not answered well: %v", what, step.Failed+step.Late+step.Shed+step.NotSent, step.Sent, step.Reasons)
	}
}
