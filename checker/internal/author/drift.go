package author

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/check/imports"
	"stagecraft/checker/internal/lesson"
)

// topicsFile is in each stage and says which differences from the stage before it belong to which topic: a list of claims per topic.
// A claim is a path of the stage, in which * stands for one element and a last ... for any number of them, or the declaration of a Go
// file: "order/internal/service/saga/...", "order/internal/usecase/create_order.go#CreateOrder.Do".
const topicsFile = "topics.yaml"

// derived are files that are generated from others, which is where a difference is claimed.
var derived = []string{"gen/...", "*/internal/repository/postgres/gen/...", "*/db/migrations/atlas.sum", "go.sum", topicsFile}

// Drift compares the stage from with its successor to and returns one text per problem: a difference that no topic of to claims, and
// a claim without a difference. An empty from stands for no stage: then a claim must name something that exists, and nothing else is
// compared. An error means that the stages could not be compared.
func Drift(ctx context.Context, root, from, to string) (problems []string, err error) {
	claims, err := readClaims(root, to)
	if err != nil {
		return nil, err
	}
	before := map[string][]byte{}
	if from != "" {
		if before, err = stageFiles(ctx, root, from); err != nil {
			return nil, err
		}
	}
	after, err := stageFiles(ctx, root, to)
	if err != nil {
		return nil, err
	}
	for _, name := range allNames(before, after) {
		old, existed := before[name]
		text, exists := after[name]
		if existed && exists && bytes.Equal(old, text) || matchesAny(derived, name) {
			continue
		}
		for _, d := range differences(name, old, text) {
			if !claim(claims, d) && from != "" {
				problems = append(problems, fmt.Sprintf("%s/%s", to, d))
			}
		}
	}
	for _, c := range claims {
		if !c.used {
			what := "claims no difference"
			if from == "" {
				what = "names nothing in the stage"
			}
			problems = append(problems, fmt.Sprintf("%s/%s: %s of topic %s %s", to, topicsFile, c, c.topic, what))
		}
	}
	return problems, nil
}

// A topicClaim is one line of topics.yaml.
type topicClaim struct {
	topic, path, declaration string
	used                     bool
}

func (c *topicClaim) String() string {
	if c.declaration == "" {
		return c.path
	}
	return c.path + "#" + c.declaration
}

// readClaims reads a stage's topics.yaml. Its topics must be among those that the workshop teaches in that stage.
func readClaims(root, stage string) ([]*topicClaim, error) {
	name := filepath.Join(stage, topicsFile)
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return nil, fmt.Errorf("read the claims of a stage: %w", err)
	}
	var byTopic map[string][]string
	if err := yaml.Unmarshal(text, &byTopic); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var claims []*topicClaim
	var faults []error
	for _, topic := range lesson.Topics() {
		if topic.Stage != stageNumber(stage) {
			continue
		}
		for _, line := range byTopic[topic.ID] {
			path, declaration, _ := strings.Cut(line, "#")
			claims = append(claims, &topicClaim{topic: topic.ID, path: path, declaration: declaration})
		}
		delete(byTopic, topic.ID)
	}
	for topic := range byTopic {
		faults = append(faults, fmt.Errorf("%s: %s is no topic of stage %d", name, topic, stageNumber(stage)))
	}
	return claims, errors.Join(faults...)
}

// stageNumber of "stage2-async" is 2, of anything else 0.
func stageNumber(stage string) int {
	number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(stage), "stage"), "-")
	n, _ := strconv.Atoi(number)
	return n
}

// stageFiles returns what git tracks or would track of a stage, by path in the stage.
func stageFiles(ctx context.Context, root, stage string) (map[string][]byte, error) {
	names, err := git{dir: filepath.Join(root, stage)}.lines(ctx, "ls-files", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, stage, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted and not committed
		}
		if err != nil {
			return nil, err
		}
		files[name] = text
	}
	return files, nil
}

// allNames returns the keys of both, each once, sorted.
func allNames[V any](a, b map[string]V) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	return slices.Compact(names)
}

// claim marks every claim that covers the difference as used and reports whether there is one.
func claim(claims []*topicClaim, d difference) (claimed bool) {
	for _, c := range claims {
		if imports.Matches(c.path, d.path) && (c.declaration == "" || c.declaration == d.declaration) {
			c.used, claimed = true, true
		}
	}
	return claimed
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return imports.Matches(pattern, name) })
}

// Stages returns the stages of the repository in order.
func Stages(root string) ([]string, error) {
	dirs, err := filepath.Glob(filepath.Join(root, "stage?-*"))
	if err != nil {
		return nil, err
	}
	if len(dirs) == 0 {
		return nil, fmt.Errorf("no stage in %s", root)
	}
	for i, dir := range dirs {
		dirs[i] = filepath.Base(dir)
	}
	return dirs, nil
}
