package disruption

import (
	"maps"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// A node is a machine of a cluster. A full one takes no pod, and still counts for rules that compare nodes, as it does for the scheduler.
type node struct {
	name, zone string
	full       bool
}

func (n node) domain(key string) string {
	switch key {
	case corev1.LabelHostname:
		return n.name
	case corev1.LabelTopologyZone:
		return n.zone
	default:
		return ""
	}
}

// placed are the nodes of the pods of one service, by their generation: the hash of the template of their release.
type placed struct{ node, generation int }

const (
	oldRelease = iota
	newRelease
)

// scheduler places pods of one template, by its rules of spreading and anti-affinity alone. Where several nodes are equally good for these,
// any may be chosen: other rules decide that.
type scheduler struct {
	nodes  []node
	labels labels.Set
	pod    *corev1.PodSpec
}

// choices are the nodes of which any may be taken for the next pod.
func (s *scheduler) choices(pods []placed, generation int) []int {
	best, least := []int(nil), math.Inf(1)
	for i, n := range s.nodes {
		if n.full || !s.allowed(i, pods, generation) {
			continue
		}
		switch cost := s.cost(i, pods, generation); {
		case cost < least-1e-9:
			best, least = []int{i}, cost
		case cost < least+1e-9:
			best = append(best, i)
		}
	}
	return best
}

func (s *scheduler) allowed(i int, pods []placed, generation int) bool {
	for _, c := range s.pod.TopologySpreadConstraints {
		if c.WhenUnsatisfiable == corev1.ScheduleAnyway {
			continue
		}
		if s.nodes[i].domain(c.TopologyKey) == "" {
			return false // a node without the label cannot be compared
		}
		counts := s.counts(c.TopologyKey, pods, s.matching(c.LabelSelector, c.MatchLabelKeys, generation))
		own := 0
		if s.matching(c.LabelSelector, nil, generation)(generation) {
			own = 1
		}
		if counts[s.nodes[i].domain(c.TopologyKey)]+own-slices.Min(slices.Collect(maps.Values(counts))) > int(c.MaxSkew) {
			return false
		}
	}
	for _, term := range s.antiAffinity().RequiredDuringSchedulingIgnoredDuringExecution {
		if s.inDomain(i, pods, term, generation) > 0 {
			return false
		}
	}
	return true
}

// cost is how much the rules that are wishes speak against a node.
func (s *scheduler) cost(i int, pods []placed, generation int) float64 {
	cost := s.crowd(i, pods, generation)
	for _, wish := range s.antiAffinity().PreferredDuringSchedulingIgnoredDuringExecution {
		cost += float64(wish.Weight) / 100 * float64(s.inDomain(i, pods, wish.PodAffinityTerm, generation))
	}
	return cost
}

// crowd is how many pods are near, by the wishes to spread. A node that lacks the label of one of them is left out of all, and so is equal.
func (s *scheduler) crowd(i int, pods []placed, generation int) (crowd float64) {
	for _, c := range s.pod.TopologySpreadConstraints {
		if c.WhenUnsatisfiable != corev1.ScheduleAnyway {
			continue
		}
		domain := s.nodes[i].domain(c.TopologyKey)
		if domain == "" {
			return 0
		}
		counts := s.counts(c.TopologyKey, pods, s.matching(c.LabelSelector, c.MatchLabelKeys, generation))
		crowd += float64(counts[domain]) * math.Log(float64(len(counts)+2))
	}
	return crowd
}

func (s *scheduler) antiAffinity() corev1.PodAntiAffinity {
	if s.pod.Affinity == nil || s.pod.Affinity.PodAntiAffinity == nil {
		return corev1.PodAntiAffinity{}
	}
	return *s.pod.Affinity.PodAntiAffinity
}

// inDomain counts the pods in the domain of a node that a term speaks of.
func (s *scheduler) inDomain(i int, pods []placed, term corev1.PodAffinityTerm, generation int) int {
	domain := s.nodes[i].domain(term.TopologyKey)
	if domain == "" {
		return 0
	}
	return s.counts(term.TopologyKey, pods, s.matching(term.LabelSelector, term.MatchLabelKeys, generation))[domain]
}

func (s *scheduler) counts(key string, pods []placed, matches func(generation int) bool) map[string]int {
	counts := map[string]int{}
	for _, n := range s.nodes {
		if domain := n.domain(key); domain != "" {
			counts[domain] += 0
		}
	}
	for _, p := range pods {
		if domain := s.nodes[p.node].domain(key); domain != "" && matches(p.generation) {
			counts[domain]++
		}
	}
	return counts
}

// matching says whether a selector, with the keys whose values the new pod fills in, matches pods of a generation. A selector that is not
// set matches none.
func (s *scheduler) matching(selector *metav1.LabelSelector, keys []string, own int) func(generation int) bool {
	compiled, err := metav1.LabelSelectorAsSelector(selector)
	matches := err == nil && compiled.Matches(s.labels)
	return func(generation int) bool {
		return matches && (generation == own || !slices.Contains(keys, "pod-template-hash"))
	}
}
