package disruption

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"stagecraft/checker/internal/check"
)

// cluster has two zones of two nodes.
var cluster = []node{{name: "a1", zone: "a"}, {name: "a2", zone: "a"}, {name: "b1", zone: "b"}, {name: "b2", zone: "b"}}

// spread lets the scheduler place the pods of each service, releases them, and lets nodes fail. Of the nodes that its rules find equally good
// it takes the worst.
func spread(t *check.T, s *shop) {
	for _, name := range services {
		t.Step("place the pods of %s on two zones of two nodes", name)
		s.placementIsValid(t, name)
		for n := fewest; n <= most; n++ {
			placer := &scheduler{nodes: cluster, labels: s.labels(name), pod: &s.pod(name).Spec}
			after := "after they were started"
			first, ok := placer.worst(nil, n)
			if ok {
				after = "after a release"
				first, ok = placer.release(first, n, s.surge(name, n))
			}
			t.True(ok, check.Failure{
				ID: "pending", Sentence: fmt.Sprintf("a pod of %s finds no node", name), Expected: fmt.Sprintf("%d pods, and the one that a release adds, run on four nodes with room", n),
				Seen: "a rule forbids all of them: " + s.rules(name), Why: "the pod stays pending, and a release that waits for it stops",
			})
			host, zone := loses(first, func(n node) string { return n.name }), loses(first, func(n node) string { return n.zone })
			seen := fmt.Sprintf("%s: %s. The rules: %s", after, where(first), s.rules(name))
			t.True(host <= 1, check.Failure{
				ID: "node", Sentence: fmt.Sprintf("one node takes %d of %d pods of %s with it", host, n, name), Expected: "pods on different nodes, as long as there is room", Seen: seen,
				Why: "a node that fails must not be an outage; its pods are missed for minutes until they run elsewhere",
			})
			t.True(zone <= (n+1)/2, check.Failure{
				ID: "zone", Sentence: fmt.Sprintf("one zone takes %d of %d pods of %s with it", zone, n, name), Expected: fmt.Sprintf("at most %d of %d in one zone", (n+1)/2, n), Seen: seen,
				Why: "a zone has its own power and network, and fails as a whole",
			})
			s.fitsAnyway(t, name, n)
		}
	}
}

// fitsAnyway lets all nodes but one be full.
func (s *shop) fitsAnyway(t *check.T, name string, n int) {
	for free := range cluster {
		nodes := slices.Clone(cluster)
		for i := range nodes {
			nodes[i].full = i != free
		}
		placer := &scheduler{nodes: nodes, labels: s.labels(name), pod: &s.pod(name).Spec}
		pods, ok := placer.worst(nil, n)
		if ok {
			_, ok = placer.release(pods, n, s.surge(name, n))
		}
		t.True(ok, check.Failure{
			ID: "pending", Sentence: fmt.Sprintf("a pod of %s finds no node, although one has room", name),
			Expected: fmt.Sprintf("%d pods run, and are released, on the same node if need be", n),
			Seen:     fmt.Sprintf("%d run on %s; the other nodes are full. The rules: %s", len(pods), nodes[free].name, s.rules(name)),
			Why:      "two pods on one node are worse than on two, and better than one: at the peak, or in a release, the nodes are full",
		})
	}
}

// surge is how many pods a release adds. One that adds none takes one away first, which is judged elsewhere.
func (s *shop) surge(name string, pods int) int {
	surge, _ := s.fenceposts(name, pods)
	return max(surge, 1)
}

// worst places n pods where a failure hurts most. It returns false when a pod finds no node.
func (s *scheduler) worst(pods []placed, n int) (result []placed, ok bool) {
	if n == 0 {
		return pods, true
	}
	for _, choice := range s.choices(pods, oldRelease) {
		placement, ok := s.worst(append(slices.Clone(pods), placed{choice, oldRelease}), n-1)
		if !ok {
			return nil, false
		}
		if result == nil || harm(placement) > harm(result) {
			result = placement
		}
	}
	return result, result != nil
}

// release replaces n old pods by new ones, surge at a time. Any old one may go.
func (s *scheduler) release(pods []placed, n, surge int) (result []placed, ok bool) {
	fresh := 0
	for _, p := range pods {
		if p.generation == newRelease {
			fresh++
		}
	}
	switch {
	case fresh == n && len(pods) == n:
		return pods, true
	case fresh < n && len(pods) < n+surge:
		for _, choice := range s.choices(pods, newRelease) {
			placement, ok := s.release(append(slices.Clone(pods), placed{choice, newRelease}), n, surge)
			if !ok {
				return nil, false
			}
			if result == nil || harm(placement) > harm(result) {
				result = placement
			}
		}
	default:
		seen := map[int]bool{}
		for i, p := range pods {
			if p.generation == newRelease || seen[p.node] {
				continue
			}
			seen[p.node] = true
			placement, ok := s.release(slices.Delete(slices.Clone(pods), i, i+1), n, surge)
			if !ok {
				return nil, false
			}
			if result == nil || harm(placement) > harm(result) {
				result = placement
			}
		}
	}
	return result, result != nil
}

// harm orders placements by what a failure takes: a node with several pods is the worst.
func harm(pods []placed) int {
	return 10*loses(pods, func(n node) string { return n.name }) + loses(pods, func(n node) string { return n.zone })
}

// loses is the largest number of pods that one failure takes.
func loses(pods []placed, unit func(node) string) int {
	counts, largest := map[string]int{}, 0
	for _, p := range pods {
		counts[unit(cluster[p.node])]++
		largest = max(largest, counts[unit(cluster[p.node])])
	}
	return largest
}

func where(pods []placed) string {
	var names []string
	for _, p := range pods {
		names = append(names, cluster[p.node].name)
	}
	slices.Sort(names)
	return fmt.Sprintf("%s on %s", count(len(pods)), strings.Join(names, ", "))
}

// rules are the placement rules of a service in one line.
func (s *shop) rules(name string) string {
	pod := s.pod(name).Spec
	var texts []string
	for _, c := range pod.TopologySpreadConstraints {
		texts = append(texts, fmt.Sprintf("maxSkew %d over %s, %s, selector %s, matchLabelKeys %v", c.MaxSkew, c.TopologyKey, c.WhenUnsatisfiable, metav1.FormatLabelSelector(c.LabelSelector), c.MatchLabelKeys))
	}
	if pod.Affinity != nil && pod.Affinity.PodAntiAffinity != nil {
		for _, term := range pod.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution {
			texts = append(texts, "required anti-affinity over "+term.TopologyKey)
		}
		for _, wish := range pod.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution {
			texts = append(texts, "preferred anti-affinity over "+wish.PodAffinityTerm.TopologyKey)
		}
	}
	if texts == nil {
		return "none"
	}
	return strings.Join(texts, "; ")
}
