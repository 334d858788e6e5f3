package workspace

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/overlay"
)

// Files of a kept solution.
const (
	keptMine  = "mine.zip"
	keptStart = "start.zip"
	keptStage = "stage.sha256"
)

// A Solution is what a learner's copy was when it passed.
type Solution struct{ mine, start, stage []byte }

// TakeSolution reads the lesson's workspace, to be kept when it passes.
func TakeSolution(root string, l lesson.Lesson) (Solution, error) {
	var s Solution
	mine, err := Pack(os.DirFS(Path(root, l)))
	if err != nil {
		return s, err
	}
	start, err := AtStart(root, l)
	if err != nil {
		return s, err
	}
	packed, err := Pack(start)
	if err != nil {
		return s, err
	}
	stage, err := stageHash(root, l)
	return Solution{mine: mine, start: packed, stage: []byte(stage)}, err
}

// Keep stores a solution that has passed, in place of an earlier one of the lesson.
func (s Solution) Keep(root string, l lesson.Lesson) error {
	dir := solutionDir(root, l)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("keep the solution: %w", err)
	}
	for name, body := range map[string][]byte{keptMine: s.mine, keptStart: s.start, keptStage: s.stage} {
		fresh := filepath.Join(dir, name+".new")
		if err := os.WriteFile(fresh, body, 0o644); err != nil {
			return fmt.Errorf("keep the solution: %w", err)
		}
		if err := os.Rename(fresh, filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("keep the solution: %w", err)
		}
	}
	return nil
}

// KeptSolution returns the learner's last solution of a lesson that passed, as an overlay on the stage. sameStage says whether the stage is
// still the one that it passed on. The error is fs.ErrNotExist when none was kept.
func KeptSolution(root string, l lesson.Lesson) (over fs.FS, sameStage bool, err error) {
	dir := solutionDir(root, l)
	var trees [2]fs.FS
	var names []string
	for i, name := range []string{keptMine, keptStart} {
		packed, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, false, err
		}
		if trees[i], err = Unpack(packed); err != nil {
			return nil, false, fmt.Errorf("%s: %w", name, err)
		}
		more, err := Sources(trees[i])
		if err != nil {
			return nil, false, err
		}
		names = append(names, more...)
	}
	slices.Sort(names)
	over, err = overlay.Own(os.DirFS(filepath.Join(root, l.Stage)), l.Starter(), trees[1], trees[0], slices.Compact(names))
	if err != nil {
		return nil, false, err
	}
	was, err := os.ReadFile(filepath.Join(dir, keptStage))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, err
	}
	is, err := stageHash(root, l)
	return over, string(was) == is, err
}

func solutionDir(root string, l lesson.Lesson) string {
	return filepath.Join(root, ".stagecraft", "solutions", l.Name())
}

// stageHash is a hash of the sources of the lesson's stage.
func stageHash(root string, l lesson.Lesson) (string, error) {
	packed, err := Pack(tree{os.DirFS(filepath.Join(root, l.Stage))})
	sum := sha256.Sum256(packed)
	return hex.EncodeToString(sum[:]), err
}
