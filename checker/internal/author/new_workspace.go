package author

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/hollow"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/overlay"
)

// newWorkspace is the name of the version that inNewWorkspace makes.
const newWorkspace = "reference/new-workspace"

// inNewWorkspace is the reference as a learner would write it who has solved no other lesson: the answers of those lessons are not there. A
// check that needs one of them would fail a right solution.
func inNewWorkspace(root string, l lesson.Lesson, others []lesson.Lesson) (proof.Variant, error) {
	stage := os.DirFS(filepath.Join(root, l.Stage))
	started, err := overlay.Apply(stage, l.Starter())
	if err != nil {
		return proof.Variant{}, err
	}
	var names []string
	for name, body := range started {
		if body != nil || strings.HasSuffix(name, ".go") { // a text that the starter takes away is no part of the answer
			names = append(names, name)
		}
	}
	answer, err := overlay.Own(stage, l.Starter(), overlay.Changed(stage, started), stage, names)
	if err != nil {
		return proof.Variant{}, err
	}
	changed := map[string][]byte{}
	for _, other := range others {
		if err := lay(stage, changed, other.Starter()); err != nil {
			return proof.Variant{}, fmt.Errorf("with the holes of lesson %d: %w", other.Number, err)
		}
	}
	if err := lay(stage, changed, answer); err != nil {
		return proof.Variant{}, fmt.Errorf("over the holes of other lessons: %w", err)
	}
	over, err := overlay.Own(stage, overlay.None, stage, overlay.Changed(stage, changed), slices.Collect(maps.Keys(changed)))
	if err != nil {
		return proof.Variant{}, err
	}
	return proof.Variant{Lesson: l, Name: newWorkspace, Over: overlay.Changed(over, droppedTests(changed))}, nil
}

// droppedTests drops the tests that starters drop: Own leaves tests out, and those do not compile without the answers.
func droppedTests(changed map[string][]byte) map[string][]byte {
	drops := map[string][]byte{}
	for name, body := range changed {
		if body == nil && strings.HasSuffix(name, "_test.go") {
			drops[name+".drop"] = []byte{}
		}
	}
	return drops
}

// lay adds an overlay to those that have made changed of the stage.
func lay(stage fs.FS, changed map[string][]byte, over fs.FS) error {
	next, err := overlay.Apply(overlay.Changed(stage, changed), over)
	maps.Copy(changed, next)
	return err
}

// addNewWorkspace adds the version in a new workspace to a lesson's, if that is another than the reference.
func (v *verification) addNewWorkspace(l lesson.Lesson, variants []proof.Variant) ([]proof.Variant, error) {
	others := hollow.Of(l, v.catalogue)
	if len(others) == 0 {
		return variants, nil
	}
	variant, err := inNewWorkspace(v.Root, l, others)
	if err != nil {
		return variants, fmt.Errorf("a new workspace cannot be made: %w", err)
	}
	return append(variants, variant), nil
}
