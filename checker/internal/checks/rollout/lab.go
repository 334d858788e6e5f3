package rollout

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/kube"
	"stagecraft/checker/internal/kube/shop"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/load/traffic"
	"stagecraft/checker/internal/stall"
)

const (
	// A program starts slowly, and clients learn late which pods are ready: what is wrong for a moment is seen to be wrong.
	startDelay  = 3 * time.Second
	endpointLag = 1500 * time.Millisecond

	// replicas are set in place of the autoscalers, which belong to another lesson and would add pods on a busy machine.
	replicas = 2
	// comesUp is how long the shop may take until all pods are ready, finishes how long a release may take. Both take half a minute.
	comesUp  = 2 * time.Minute
	finishes = 3 * time.Minute
)

// errSlow ends the deployment of a shop that does not come up.
var errSlow = errors.New("it took longer than " + comesUp.String())

// lab is the learner's shop on a cluster, with customers.
type lab struct {
	*shop.Shop
	// regulars keep their connections, as browsers do. Each request of the others makes a connection of its own, as new customers do.
	regulars, newcomers *traffic.Traffic
	began               time.Time // the check that uses it
	machine             *stall.Probe
	mark                stall.Mark // when that check began
}

// labs are shared by the checks of a run, which judge the same code. A cluster takes half a minute to come up, and half of the machine: this
// process has one at a time.
var labs = struct {
	mu      sync.Mutex
	byDir   map[string]*sharedLab
	cluster chan struct{}
}{byDir: map[string]*sharedLab{}, cluster: make(chan struct{}, 1)}

type sharedLab struct {
	users int           // checks that have begun and not ended
	turn  chan struct{} // held by the check that uses the lab
	lab   *lab          // nil until it is open, and after a check has failed
}

// withLab lets a check use the shop, alone. It stays open for the next one, if that has begun already and this one passes.
func withLab(t *check.T, judge func(*check.T, *lab)) {
	if _, err := os.Stat(filepath.Join(t.Root(), ".stagecraft", "kube", "kube")); err != nil {
		t.Unknown("this check needs the Kubernetes cluster of this repository, which is not built; run `go run ./checker setup-kube`, once")
	}
	shared := share(t)
	machine := stall.Start()
	defer machine.Stop()
	select {
	case shared.turn <- struct{}{}:
	case <-t.Context().Done():
		return
	}
	good := false
	defer func() {
		if !good {
			shared.close()
		}
		<-shared.turn
	}()
	if shared.lab == nil {
		select {
		case labs.cluster <- struct{}{}:
		case <-t.Context().Done():
			return
		}
		opened := false
		defer func() {
			if !opened {
				<-labs.cluster
			}
		}()
		shared.lab = open(t, machine)
		opened = true
	}
	shared.lab.began, shared.lab.machine, shared.lab.mark = time.Now(), machine, machine.Mark()
	judge(t, shared.lab)
	good = t.Context().Err() == nil
}

// share counts the check among those that judge its directory, until it ends.
func share(t *check.T) *sharedLab {
	dir := t.Dir()
	labs.mu.Lock()
	defer labs.mu.Unlock()
	shared := labs.byDir[dir]
	if shared == nil {
		shared = &sharedLab{turn: make(chan struct{}, 1)}
		labs.byDir[dir] = shared
	}
	shared.users++
	t.Cleanup(func(context.Context) {
		labs.mu.Lock()
		defer labs.mu.Unlock()
		if shared.users--; shared.users == 0 {
			shared.close()
			delete(labs.byDir, dir)
		}
	})
	return shared
}

// close ends the shop, if there is one. The caller has the turn, or is the last.
func (s *sharedLab) close() {
	if s.lab == nil {
		return
	}
	s.lab.Close()
	s.lab = nil
	<-labs.cluster
}

// open deploys the learner's manifests and programs, and lets customers buy for the first time.
func open(t *check.T, machine *stall.Probe) *lab {
	t.Step("deploy the shop to a cluster where programs start %s late, and clients learn %s late which pods are ready", startDelay, endpointLag)
	manifests, err := overlay(t.Dir())
	t.Ours("write a kustomization", err)
	defer os.RemoveAll(manifests)
	began, mark := time.Now(), machine.Mark()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	s, err := shop.Deploy(ctx, shop.Options{
		Root: t.Root(), Dir: t.Dir(), Manifests: manifests, StartDelay: startDelay, EndpointLag: endpointLag, Change: scaled,
		Say: func(line string) {
			t.Log("%s", line)
			if strings.HasPrefix(line, "applying ") { // until now it was our work: programs, servers, the cluster
				began, mark = time.Now(), machine.Mark()
				limited, release := t.Patience(comesUp)
				context.AfterFunc(limited, func() { cancel(errSlow) })
				context.AfterFunc(ctx, release)
			}
		},
	})
	judgeDeploy(t, err, func() { notBusy(t, "the start of the shop", machine, mark, began) })
	l := &lab{Shop: s, began: began, machine: machine, mark: mark}
	complete := false
	defer func() {
		if !complete {
			s.Close()
		}
	}()
	options := traffic.Options{
		Base: s.Gateway, Buyers: traffic.Buyers(s.Keys, 20), Admin: s.Keys.Admin(), Mix: traffic.Default(), Connections: 50,
	}
	l.regulars = traffic.New(options)
	options.Connections = -1
	l.newcomers = traffic.New(options)
	t.Step("fill the shelves; each of 20 customers buys something")
	if err := l.sell(ctx); err != nil {
		l.fail(t, check.Failure{
			ID: "not-up", Sentence: "the shop is up, and does not sell", Expected: "each customer tops up, and buys", Seen: err.Error(),
			Why: "this is the ordinary case, before any release; a pod that is ready, and cannot serve, is the most likely reason",
		})
	}
	complete = true
	return l
}

// request makes request n of the load.
func (l *lab) request(ctx context.Context, n int, r *rand.Rand) load.Outcome {
	if n%2 == 0 {
		return l.regulars.Do(ctx, n, r)
	}
	return l.newcomers.Do(ctx, n, r)
}

// sell repeats until it works: the first pods of manifests without readiness get calls before they can answer.
func (l *lab) sell(ctx context.Context) error {
	for {
		err := l.regulars.Seed(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// judgeDeploy tells the learner's failures from ours.
func judgeDeploy(t *check.T, err error, notBusy func()) {
	if err == nil {
		return
	}
	var broken *build.Error
	var fault *infra.Fault
	var refused *kube.Refusal
	f := check.Failure{
		ID: "not-up", Sentence: "the shop does not come up on the cluster", Expected: "all pods ready, after half a minute on an idle machine", Seen: err.Error(),
		Why: "this is the ordinary case, before any release: the end of each pod's log is shown above",
	}
	switch {
	case errors.As(err, &broken):
		f.ID, f.Sentence, f.Expected, f.Seen, f.Why = check.FailureCompile, "your code does not compile", "all programs compile", strings.TrimSpace(broken.Output), ""
	case errors.As(err, &fault):
		t.Unknown(fault.Error())
	case errors.As(err, &refused):
		f.ID, f.Sentence, f.Expected = "refused", "the cluster refuses an object", "objects that the API server takes"
		f.Why = "what is refused is not deployed, and the release stops half-way"
	default:
		notBusy()
	}
	t.Fail(f)
}

// fail fails the check with the logs of the pods, unless the machine was too busy for a judgement.
func (l *lab) fail(t *check.T, f check.Failure) {
	notBusy(t, "the pods", l.machine, l.mark, l.began)
	l.keepLogs(t)
	t.Fail(f)
}

// enough is the part of the time that the machine must give: on one that gives less, a program that is right fails its probes too.
// It says nothing about moments up to shortLook.
const (
	enough    = 0.6
	shortLook = 2 * time.Second
)

// notBusy ends the check as unknown when the machine has given too little since the mark.
func notBusy(t *check.T, what string, machine *stall.Probe, mark stall.Mark, began time.Time) {
	took, given := time.Since(began), machine.Given(mark)
	if took > shortLook && float64(given) < enough*float64(took) {
		t.Unknown(fmt.Sprintf("the machine is too busy to judge %s: it gave %s of %s; run the check again when it is quieter",
			what, given.Round(100*time.Millisecond), took.Round(100*time.Millisecond)))
	}
}

// overlay makes a kustomization of the learner's base in a namespace. The caller removes the directory.
func overlay(dir string) (string, error) {
	temporary, err := os.MkdirTemp("", "stagecraft-rollout-")
	if err != nil {
		return "", err
	}
	for _, path := range []*string{&temporary, &dir} {
		if *path, err = filepath.EvalSymlinks(*path); err != nil {
			return "", err
		}
	}
	relative, err := filepath.Rel(temporary, filepath.Join(dir, filepath.FromSlash(base))) // kustomize takes no absolute path
	if err != nil {
		return "", err
	}
	for name, text := range map[string]string{
		"kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: shop\nresources: [namespace.yaml, " +
			filepath.ToSlash(relative) + "]\n",
		"namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
	} {
		if err := os.WriteFile(filepath.Join(temporary, name), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return temporary, nil
}

// scaled sets the replicas in place of the autoscalers.
func scaled(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	for _, d := range kube.OfKind(objects, "Deployment") {
		_ = unstructured.SetNestedField(d.Object, int64(replicas), "spec", "replicas")
	}
	return without(objects, "HorizontalPodAutoscaler")
}

// pods lists the pods of a Deployment, those that stop included.
func (l *lab) pods(ctx context.Context, name string) ([]pod, error) {
	d, err := l.Cluster.Client.AppsV1().Deployments(l.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	list, err := l.Cluster.Pods(ctx, d)
	if err != nil {
		return nil, err
	}
	pods := make([]pod, len(list))
	for i := range list {
		pods[i] = podOf(&list[i])
	}
	return pods, nil
}
