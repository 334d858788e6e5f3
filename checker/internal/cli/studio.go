package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/run"
	"stagecraft/checker/internal/workspace"
)

// studio is what commands and the interface share: the catalogue, the learner's progress, and how a lesson is graded.
type studio struct {
	root    string
	dir     string // where the learner stands
	lessons []lesson.Lesson
}

// openStudio finds the repository above the working directory and reads the catalogue.
func openStudio(dir string) (*studio, error) {
	root, err := findRoot(dir)
	if err != nil {
		return nil, err
	}
	lessons, err := lesson.Load(root)
	if err != nil && len(lessons) == 0 {
		return nil, err
	}
	return &studio{root: root, dir: dir, lessons: lessons}, nil
}

// findRoot is the nearest directory above that holds the module stagecraft; a workspace is a module of its own inside it.
func findRoot(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		mod, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module stagecraft\n") {
			return at, nil
		}
		if filepath.Dir(at) == at {
			return "", fmt.Errorf("%s is not inside a Stagecraft repository; change into one first", dir)
		}
	}
}

// pick finds the lesson meant by args: the one named, else the one whose workspace we stand in, else the one last opened.
func (s *studio) pick(args []string) (lesson.Lesson, error) {
	if len(args) > 0 {
		return lesson.Find(s.lessons, args[0])
	}
	if l, ok := s.here(); ok {
		return l, nil
	}
	if p, err := progress.Load(s.root); err == nil && p.Current != "" {
		if l, err := lesson.Find(s.lessons, p.Current); err == nil {
			return l, nil
		}
	}
	return lesson.Lesson{}, errors.New("which lesson? Name one (`go run ./checker list` shows them), or begin with `go run ./checker start 1`")
}

func (s *studio) here() (lesson.Lesson, bool) {
	for _, l := range s.lessons {
		rel, err := filepath.Rel(workspace.Path(s.root, l), s.dir)
		if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return l, true
		}
	}
	return lesson.Lesson{}, false
}

func (s *studio) numbered(number int) (lesson.Lesson, error) {
	return lesson.Find(s.lessons, fmt.Sprint(number))
}

// started says whether the learner has a workspace for the lesson.
func (s *studio) started(l lesson.Lesson) bool {
	info, err := os.Stat(workspace.Path(s.root, l))
	return err == nil && info.IsDir()
}

// start makes the workspace when there is none and remembers the lesson as the current one.
func (s *studio) start(l lesson.Lesson) (dir string, created bool, err error) {
	made, err := workspace.Start(s.root, l)
	if err != nil {
		return "", false, err
	}
	_, err = progress.Update(s.root, func(p *progress.Progress) {
		p.Current = l.Name()
		if of := p.Of(l.Name()); of.StartedAt.IsZero() {
			of.StartedAt = time.Now()
		}
	})
	return made.Dir, made.Created, err
}

// grade runs checks against the learner's workspace, or against dir when it is not empty, and records what came of it.
func (s *studio) grade(ctx context.Context, l lesson.Lesson, req run.Request, observe func(run.Event)) (check.Report, error) {
	req.Root, req.Lesson = s.root, l
	own := req.Dir == ""
	if own {
		req.Dir = workspace.Path(s.root, l)
		if !s.started(l) {
			return check.Report{}, fmt.Errorf("lesson %d has not been started; `go run ./checker start %d` makes your copy", l.Number, l.Number)
		}
		if err := workspace.Whole(s.root, l); err != nil {
			return check.Report{}, err
		}
	}
	report, err := run.Lesson(ctx, req, observe)
	if err != nil || !own {
		return report, err
	}
	return report, s.record(l, report)
}

// record keeps the verdicts. A lesson is passed by a whole run, not by checks picked out of it.
func (s *studio) record(l lesson.Lesson, r check.Report) error {
	_, err := progress.Update(s.root, func(p *progress.Progress) {
		of := p.Of(l.Name())
		of.RanAt = time.Now()
		of.Runs++
		for _, res := range r.Results {
			if res.Verdict != check.NotRun {
				of.Verdicts[res.CheckID] = string(res.Verdict)
			}
		}
		if r.Verdict == check.Pass && r.Count(check.Pass) == len(r.Results) && of.PassedAt.IsZero() {
			of.PassedAt = time.Now()
		}
	})
	return err
}

// sentence is what a check says, or its id when it is not known.
func sentence(id string) string {
	found, err := checks.Find(id)
	if err != nil || len(found) == 0 {
		return id
	}
	return found[0].Sentence
}

// relative shows a path below the repository as the learner types it.
func (s *studio) relative(path string) string {
	if rel, err := filepath.Rel(s.root, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}
