package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/modfile"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/room"
	"stagecraft/checker/internal/run"
	"stagecraft/checker/internal/workspace"
)

// studio is what commands and the interface share: the catalogue, the learner's progress, and how a lesson is graded.
type studio struct {
	root    string
	dir     string // where the learner stands
	lessons []lesson.Lesson
	broken  error // why some lessons cannot be read
	pages   *pages

	background bool           // the interface draws: the room is told meanwhile
	sending    sync.WaitGroup // to the room, in the background
	news       string         // what the room has said, not yet shown
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
	return &studio{root: root, dir: dir, lessons: lessons, broken: err, pages: &pages{root: root}}, nil
}

// studio opens the repository and says what has been moved to new numbers since.
func (a *app) studio() (*studio, error) {
	s, err := openStudio(a.dir)
	if err != nil {
		return nil, err
	}
	return s, s.migrate(a.err)
}

// migrate moves workspaces and progress of lessons that have other numbers now, and says so.
func (s *studio) migrate(out io.Writer) error {
	moved, err := workspace.Migrate(s.root)
	for _, m := range moved {
		if m.Backup != "" {
			fmt.Fprintf(out, "The lesson of workspace/%s is called %s now, and workspace/%s exists already. Both are kept: the old one is in %s.\n",
				m.From, m.To, m.To, s.relative(m.Backup))
			continue
		}
		fmt.Fprintf(out, "The lesson of workspace/%s has a new number: your copy is workspace/%s now, unchanged.\n", m.From, m.To)
	}
	if err != nil {
		return err
	}
	return s.renameProgress(out)
}

// renameProgress is migrate for the progress file, which it touches only if there is something to move.
func (s *studio) renameProgress(out io.Writer) error {
	p, err := progress.Load(s.root)
	if err != nil {
		return err
	}
	if p.Notice != "" {
		fmt.Fprintln(out, p.Notice)
	}
	rename := func(p *progress.Progress) (changed bool) {
		for _, e := range lesson.Curriculum() {
			for _, was := range e.Was {
				changed = p.Rename(was, e.Name()) || changed
			}
		}
		return changed
	}
	if !rename(p) {
		return nil
	}
	if _, err := progress.Update(s.root, func(p *progress.Progress) { rename(p) }); err != nil {
		return err
	}
	fmt.Fprintln(out, "Your progress in lessons with new numbers is kept under the new ones.")
	return nil
}

// findRoot is the nearest directory above that holds the module stagecraft; a workspace is a module of its own inside it.
func findRoot(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		mod, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && modfile.ModulePath(mod) == "stagecraft" {
			return at, nil
		}
		if filepath.Dir(at) == at {
			return "", fmt.Errorf("%s is not inside a Stagecraft repository; change into one first", dir)
		}
	}
}

// pick finds the lesson meant by args: the one named, else the one whose workspace we stand in, else the one last opened.
func (s *studio) pick(args []string) (lesson.Lesson, error) {
	if len(args) > 0 && args[0] == "next" {
		return s.next()
	}
	if len(args) > 0 {
		l, err := lesson.Find(s.lessons, args[0])
		if err != nil && s.broken != nil {
			err = fmt.Errorf("%w; some lessons cannot be read: %w", err, s.broken)
		}
		return l, err
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

// next is the first lesson that has not passed.
func (s *studio) next() (lesson.Lesson, error) {
	p, err := progress.Load(s.root)
	if err != nil {
		return lesson.Lesson{}, err
	}
	for _, l := range s.lessons {
		if of := p.Lessons[l.Name()]; of == nil || of.PassedAt.IsZero() {
			return l, nil
		}
	}
	return lesson.Lesson{}, errors.New("you have passed every lesson that there is; `go run ./checker list` shows those that are planned")
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

// start makes the workspace when there is none and remembers the lesson as the current one. With reference it holds nothing of the
// learner's earlier solutions.
func (s *studio) start(ctx context.Context, l lesson.Lesson, reference bool) (workspace.Made, error) {
	var own workspace.Own
	if !s.started(l) && !reference {
		own = s.shop(ctx, l)
	}
	made, err := workspace.Start(s.root, l, own)
	if err != nil {
		return made, err
	}
	p, err := progress.Update(s.root, func(p *progress.Progress) {
		p.Current = l.Name()
		if of := p.Of(l.Name()); of.StartedAt.IsZero() {
			of.StartedAt = time.Now()
		}
	})
	if err == nil {
		s.tell(ctx, l, p.Of(l.Name()), room.Report{Kind: room.KindStart})
	}
	return made, err
}

// grade runs checks against the learner's workspace, or against dir when it is not empty, and records what came of it.
func (s *studio) grade(ctx context.Context, l lesson.Lesson, req run.Request, observe func(run.Event)) (check.Report, error) {
	req.Root, req.Lesson = s.root, l
	own := req.Dir == ""
	var solution workspace.Solution
	if own {
		req.Dir = workspace.Path(s.root, l)
		if !s.started(l) {
			return check.Report{}, fmt.Errorf("lesson %d has not been started; `go run ./checker start %d` makes your copy", l.Number, l.Number)
		}
		if err := workspace.Whole(s.root, l); err != nil {
			return check.Report{}, err
		}
		var err error
		if solution, err = workspace.TakeSolution(s.root, l); err != nil {
			return check.Report{}, err
		}
	}
	report, err := run.Lesson(ctx, req, observe)
	if err != nil || !own {
		return report, err
	}
	if whole(report) {
		if err := solution.Keep(s.root, l); err != nil {
			return report, err
		}
	}
	return report, s.record(ctx, l, report)
}

// record keeps the verdicts. A lesson is passed by a whole run, not by checks picked out of it.
func (s *studio) record(ctx context.Context, l lesson.Lesson, r check.Report) error {
	p, err := progress.Update(s.root, func(p *progress.Progress) {
		of := p.Of(l.Name())
		of.RanAt = time.Now()
		of.Runs++
		for _, res := range r.Results {
			if res.Verdict != check.NotRun {
				of.Verdicts[res.CheckID] = string(res.Verdict)
			}
		}
		if whole(r) && of.PassedAt.IsZero() {
			of.PassedAt, of.PassedRuns = time.Now(), of.Runs
		}
	})
	if err == nil {
		s.tell(ctx, l, p.Of(l.Name()), ran(r))
	}
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
