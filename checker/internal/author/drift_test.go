package author

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (r *repository) drift() []string {
	r.t.Helper()
	problems, err := Drift(r.t.Context(), r.dir, from, to)
	require.NoError(r.t, err)
	return problems
}

func TestDrift_FreshCopy_NoProblems(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.write(to+"/topics.yaml", "# Nothing yet.\n")
	assert.Empty(t, r.drift())
}

func TestDrift_PlantedDifferences_AreNamedExactly(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.write(to+"/topics.yaml", "{}\n")
	r.replace(to+"/order/order.go", "return 1", "return 11")
	r.replace(to+"/order/order.go", "// Three is the last.", "// Three comes last.")
	r.write(to+"/order/added.go", "package order\n")
	r.write(to+"/logo.png", "\x89PNG other")
	r.git("rm", "--quiet", to+"/order/old.go")
	r.write(to+"/order/.gitignore", "*.log\n")
	r.write(to+"/order/run.log", "ignored by git\n")
	r.write(to+"/gen/order/v1/order.pb.go", "package orderv1\n")
	assert.Equal(t, []string{
		to + "/logo.png changed",
		to + "/order/.gitignore added",
		to + "/order/added.go added",
		to + "/order/old.go removed",
		to + "/order/order.go#One changed",
		to + "/order/order.go#Three changed",
	}, r.drift())
}

func TestDrift_ClaimedDifferences_AreLeftOut(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.replace(to+"/order/order.go", "return 1", "return 11")
	r.replace(to+"/order/order.go", "return 3", "return 33")
	r.write(to+"/relay/relay.go", "package relay\n")
	r.write(to+"/relay/deep/claim.go", "package deep\n")
	r.write(to+"/order/topic.go", "package order\n")
	r.write(to+"/topics.yaml", strings.Join([]string{
		"outbox-relay:", "  - relay/...", "async-saga:", "  - order/order.go#One", "  - \"*/topic.go\"", "",
	}, "\n"))
	assert.Equal(t, []string{to + "/order/order.go#Three changed"}, r.drift(), "a claim of one declaration claims no other")
}

func TestDrift_ClaimWithoutADifference_IsStale(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.write(to+"/relay/relay.go", "package relay\n")
	r.write(to+"/topics.yaml", "outbox-relay: [relay/..., order/order.go#One, consumer/...]\ncache: [relay/relay.go]\n")
	assert.Equal(t, []string{
		to + "/topics.yaml: order/order.go#One of topic outbox-relay claims no difference",
		to + "/topics.yaml: consumer/... of topic outbox-relay claims no difference",
	}, r.drift(), "several topics may claim the same difference")
}

func TestDrift_FirstStage_ClaimsMustNameFiles(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.write(from+"/topics.yaml", "domain: [order/...]\njobs: [job/...]\n")
	problems, err := Drift(t.Context(), r.dir, "", from)
	require.NoError(t, err)
	assert.Equal(t, []string{from + "/topics.yaml: job/... of topic jobs names nothing in the stage"}, problems)
}

func TestDrift_FaultyTopicsFile_IsAnError(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	_, err := Drift(t.Context(), r.dir, from, to)
	assert.ErrorContains(t, err, "read the claims")
	r.write(to+"/topics.yaml", "fx: [order/...]\n")
	_, err = Drift(t.Context(), r.dir, from, to)
	assert.ErrorContains(t, err, "fx is no topic of stage 2")
	r.write(to+"/topics.yaml", "cache: {order: 1}\n")
	_, err = Drift(t.Context(), r.dir, from, to)
	assert.ErrorContains(t, err, "topics.yaml")
}

func TestDifferences_GoFile_ByDeclaration(t *testing.T) {
	t.Parallel()
	const before = "// Package p is.\npackage p\n\nimport \"time\"\n\ntype T struct{}\n\nfunc (t *T) Do() { _ = time.Now() }\n\n" +
		"const (\n\tA = iota // first\n\tB\n)\n\nvar one, two = 1, 2\n\nfunc init() {}\n"
	for name, c := range map[string]struct{ old, new, want string }{
		"method":             {"time.Now()", "time.Time{}", "a.go#T.Do changed"},
		"type":               {"struct{}", "struct{ X int }", "a.go#T changed"},
		"method removed":     {"func (t *T) Do() { _ = time.Now() }\n", "", "a.go#T.Do removed"},
		"constant in group":  {"\tB\n", "\tB\n\tC\n", "a.go#C added"},
		"comment in a group": {"// first", "// the first", "a.go#A changed"},
		"names of one spec":  {"1, 2", "1, 3", "a.go#one changed, a.go#two changed"},
		"second init":        {"func init() {}\n", "func init() {}\n\nfunc init() { panic(1) }\n", "a.go#init#2 added"},
		"package comment":    {"// Package p is.", "// Package p was.", "a.go#package changed"},
		"loose comment":      {"var one", "// A note.\n\nvar one", "a.go#package changed"},
		"blank import":       {"import \"time\"\n", "import \"time\"\n\nimport _ \"embed\"\n", "a.go#package changed"},
		"does not parse":     {"package p", "package", "a.go changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, before, c.old)
			var found []string
			for _, d := range differences("a.go", []byte(before), []byte(strings.Replace(before, c.old, c.new, 1))) {
				found = append(found, d.String())
			}
			assert.Equal(t, c.want, strings.Join(found, ", "))
		})
	}
}

// What the stages of this repository have of their own is claimed by their topics.
func TestDrift_StagesOfThisRepository_NoProblems(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	stages, err := Stages(root)
	require.NoError(t, err)
	before := ""
	for _, stage := range stages {
		problems, err := Drift(t.Context(), root, before, stage)
		require.NoError(t, err)
		assert.Empty(t, problems)
		before = stage
	}
}
