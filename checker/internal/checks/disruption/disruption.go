// Package disruption judges how a learner's manifests take load that rises and falls, drained nodes, and nodes and zones that fail. It applies
// the rules of Kubernetes' controllers to the rendered objects, and needs no cluster.
package disruption

import "stagecraft/checker/internal/check"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		manifests("disruption-resources", "a pod has what the scheduler, the autoscaler and the garbage collector must know", resources),
		manifests("disruption-autoscaler", "pods come before they are needed, and go slowly", autoscaler),
		manifests("disruption-connections", "the pods of a service never take more connections than the database gives", connections),
		manifests("disruption-budget", "a drain takes one pod of a service at a time, and always comes to its end", budgets),
		manifests("disruption-spread", "a node takes one pod with it, a zone half of them, and a full node stops nothing", spread),
	}
}

// services are those with a Deployment, in the order in which the lesson names their files.
var services = []string{"order", "inventory", "wallet", gateway}

const gateway = "gateway"

// Each service runs from fewest to most pods.
const fewest, most = 2, 4

func manifests(id, sentence string, judge func(*check.T, *shop)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "kubernetes", Run: func(t *check.T) { judge(t, read(t)) }}
}
