package rollout

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"stagecraft/checker/internal/check"
)

// fault is what is wrong with the new pods of one service.
type fault struct {
	service, what string
	image         string
	env           map[string]string
	// settled says that the new pod has shown what it can.
	settled func(pod) bool
}

// faults are three ways in which a release cannot serve.
var faults = []fault{
	{
		service: gateway, what: "an image that does not exist", image: "shop/gateway-typo",
		settled: func(p pod) bool { return p.waiting != "" && p.waiting != "ContainerCreating" },
	},
	{
		service: "inventory", what: "a setting that it refuses", env: map[string]string{timeout: "soon"},
		settled: func(p pod) bool { return p.restarts > 0 },
	},
	{
		service: "order", what: "the address of a broker that does not exist",
		env:     map[string]string{"RABBITMQ_URL_FILE": "", "RABBITMQ_URL": "amqp://nobody:nothing@127.0.0.1:1/"},
		settled: func(p pod) bool { return p.started },
	},
}

// holds is how long the release stays after each new pod has shown what it can: longer than minReadySeconds.
const holds = 8 * time.Second

// badRelease releases what cannot serve, and takes it back.
func badRelease(t *check.T, l *lab) {
	old := map[string]string{}
	for _, f := range faults {
		pods, err := l.pods(t.Context(), f.service)
		t.Ours("list the pods", err)
		t.True(len(pods) > 0, check.Failure{Sentence: "there is no pod of " + f.service, Expected: fmt.Sprint(replicas), Seen: "0"})
		old[f.service] = pods[0].template
	}
	ctx, cancel := t.Patience(finishes)
	defer cancel()
	err := l.underLoad(t, "a release that cannot serve", func(loaded context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(loaded, cancel)()
		for _, f := range faults {
			t.Step("release %s with %s", f.service, f.what)
			if err := l.give(ctx, f); err != nil {
				return ours(err)
			}
		}
		if err := l.watchFaults(ctx, t, old); err != nil {
			return err
		}
		t.Step("take all three back")
		for _, f := range faults {
			if err := l.Cluster.RollBack(ctx, l.Namespace, f.service); err != nil {
				return ours(err)
			}
		}
		for _, f := range faults {
			if err := l.Cluster.AwaitRollout(ctx, l.Namespace, f.service); err != nil {
				return err
			}
		}
		return nil
	})
	l.ends(t, "the rollback", err)
}

// give begins a release of one service.
func (l *lab) give(ctx context.Context, f fault) error {
	container := map[string]any{"name": f.service}
	if f.image != "" {
		container["image"] = f.image
	}
	var env []map[string]string
	for name, value := range f.env {
		env = append(env, map[string]string{"name": name, "value": value})
	}
	if env != nil {
		container["env"] = env
	}
	patch, err := json.Marshal(map[string]any{"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{container}}}}})
	if err != nil {
		return err
	}
	_, err = l.Cluster.Client.AppsV1().Deployments(l.Namespace).Patch(ctx, f.service, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	return err
}

// watchFaults looks at the pods until all new ones have shown what they can, and a moment longer. The old ones must stay.
func (l *lab) watchFaults(ctx context.Context, t *check.T, old map[string]string) error {
	var until time.Time
	for {
		settled := true
		for _, f := range faults {
			pods, err := l.pods(ctx, f.service)
			if err != nil {
				return ours(err)
			}
			settled = l.judgeFault(t, f, pods, old[f.service]) && settled
		}
		if settled && until.IsZero() {
			t.Step("wait %s longer: each new pod has shown what it can", holds)
			until = time.Now().Add(holds)
		}
		if !until.IsZero() && time.Now().After(until) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// judgeFault says whether the new pod of a service has shown what it can. No old pod may go.
func (l *lab) judgeFault(t *check.T, f fault, pods []pod, old string) (settled bool) {
	serving := 0
	for _, p := range pods {
		if p.template == old && !p.leaving {
			serving++
		} else if p.template != old {
			settled = settled || f.settled(p)
		}
	}
	if serving < replicas {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), answer)
		defer cancel()
		l.fail(t, check.Failure{
			ID: "replaced", Sentence: fmt.Sprintf("a release of %s with %s replaces pods that serve", f.service, f.what),
			Expected: fmt.Sprintf("%d old pods stay as long as no new one is available", replicas), Seen: l.snapshot(ctx),
			Why: "a new pod that cannot serve counts as available, or old ones may go before a new one is: then one typing error is an outage",
		})
	}
	return settled
}
