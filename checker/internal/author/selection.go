package author

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/kube"
	"stagecraft/checker/internal/lesson"
)

// The sample of what is unchanged: one lesson of ten, at least one, and of each its starter, its right solutions and some mutants. A lesson
// with servers takes a minute for ten mutants.
const (
	sampleOneIn    = 10
	sampledMutants = 6
)

// shard keeps the lessons of one part, like 2/4. The parts are about equally long to prove.
func shard(lessons []lesson.Lesson, part string) ([]lesson.Lesson, error) {
	if part == "" {
		return lessons, nil
	}
	var i, n int
	if _, err := fmt.Sscanf(part, "%d/%d", &i, &n); err != nil || i < 1 || i > n || fmt.Sprintf("%d/%d", i, n) != part {
		return nil, fmt.Errorf("shard is %q, it must be like 2/4", part)
	}
	costly := slices.Clone(lessons)
	slices.SortStableFunc(costly, func(a, b lesson.Lesson) int { return cost(b) - cost(a) })
	load := make([]int, n)
	parts := make([][]lesson.Lesson, n)
	for _, l := range costly {
		least := slices.Index(load, slices.Min(load))
		load[least] += cost(l)
		parts[least] = append(parts[least], l)
	}
	mine := parts[i-1]
	slices.SortFunc(mine, func(a, b lesson.Lesson) int { return a.Number - b.Number })
	return mine, nil
}

// cost is about how long a lesson takes to prove: a variant with services takes five times as long as one without.
func cost(l lesson.Lesson) int {
	variants, _ := proof.Variants(l)
	if len(l.Needs) > 0 {
		return 5 * len(variants)
	}
	return len(variants)
}

// due are the lessons to grade: those that have changed, whose proof is not on record, and a sample of the others. A lesson that needs a
// cluster is left out, and named, where none is built: it takes minutes to build, and a record proves the lesson until it changes.
func (o *Options) due(ctx context.Context, lessons []lesson.Lesson, hashes map[string]string, s *sources) (due, changed []lesson.Lesson, seed uint64, err error) {
	lessons, left := gradable(lessons, func(l lesson.Lesson) bool { return !s.needCluster(l) || kube.Available(ctx, o.Root) == nil })
	if len(left) > 0 {
		fmt.Fprintf(o.Out, "verify: left out, because no cluster is built (`go run ./checker setup-kube`): %s\n", names(left))
	}
	proved, err := readRecord(o.Root)
	if err != nil {
		return nil, nil, 0, err
	}
	var unchanged []lesson.Lesson
	for _, l := range lessons {
		if hash := hashes[l.Name()]; hash != "" && proved[l.Name()].Proof == hash {
			unchanged = append(unchanged, l)
		} else {
			changed = append(changed, l)
		}
	}
	seed, from := o.sampleSeed(ctx)
	sample := sampleOf(unchanged, seed)
	fmt.Fprintf(o.Out, "verify: changed since their proof: %s\n", names(changed))
	fmt.Fprintf(o.Out, "verify: sample of the %d unchanged lessons (seed %d, %s), at most %d mutants of each: %s\n",
		len(unchanged), seed, from, sampledMutants, names(sample))
	due = slices.Concat(changed, sample)
	slices.SortFunc(due, func(a, b lesson.Lesson) int { return a.Number - b.Number })
	return due, changed, seed, nil
}

// gradable parts the lessons into those that can be graded here and the others.
func gradable(lessons []lesson.Lesson, can func(lesson.Lesson) bool) (here, left []lesson.Lesson) {
	for _, l := range lessons {
		if can(l) {
			here = append(here, l)
		} else {
			left = append(left, l)
		}
	}
	return here, left
}

// needCluster reports whether a check of the lesson deploys to Kubernetes.
func (s *sources) needCluster(l lesson.Lesson) bool {
	return s.reach(checkPackages(l))[internal+"kube/shop"]
}

func sampleOf(lessons []lesson.Lesson, seed uint64) []lesson.Lesson {
	mixed := slices.Clone(lessons)
	dice := rand.New(rand.NewPCG(seed, seed))
	dice.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed[:(len(mixed)+sampleOneIn-1)/sampleOneIn]
}

// sampleMutants keeps some of a lesson's mutants, and all that is no mutant.
func sampleMutants(variants []proof.Variant, seed uint64) (kept []proof.Variant) {
	var mutants []proof.Variant
	for _, one := range variants {
		if strings.HasPrefix(one.Name, "mutant/") {
			mutants = append(mutants, one)
		} else {
			kept = append(kept, one)
		}
	}
	dice := rand.New(rand.NewPCG(seed, seed))
	dice.Shuffle(len(mutants), func(i, j int) { mutants[i], mutants[j] = mutants[j], mutants[i] })
	return append(kept, mutants[:min(len(mutants), sampledMutants)]...)
}

// sampleSeed follows from the commit, so that each commit has another sample and a run can be repeated.
func (o *Options) sampleSeed(ctx context.Context) (seed uint64, from string) {
	if o.Seed != 0 {
		return o.Seed, "as asked"
	}
	command := exec.CommandContext(ctx, "git", "rev-parse", "HEAD")
	command.Dir = o.Root
	out, err := command.Output()
	if err != nil {
		return rand.Uint64(), "at random: there is no commit"
	}
	commit := strings.TrimSpace(string(out))
	h := fnv.New32a()
	_, _ = h.Write([]byte(commit))
	return uint64(h.Sum32()), "from commit " + commit[:min(10, len(commit))]
}

func names(lessons []lesson.Lesson) string {
	if len(lessons) == 0 {
		return "none"
	}
	all := make([]string, len(lessons))
	for i, l := range lessons {
		all[i] = l.Name()
	}
	return strings.Join(all, ", ")
}
