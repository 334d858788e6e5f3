package cli

import (
	"fmt"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/run"
)

// hint returns the level-th hint for a check, the strongest when there are fewer, and remembers that it was shown.
func (s *studio) hint(l lesson.Lesson, id string, level int) (text string, of int, err error) {
	hints := l.Hints(id)
	if len(hints) == 0 {
		return "", 0, fmt.Errorf("there are no hints for %s", id)
	}
	level = max(1, min(level, len(hints)))
	_, err = progress.Update(s.root, func(p *progress.Progress) {
		shown := p.Of(l.Name()).Hints
		shown[id] = max(shown[id], level)
	})
	return hints[level-1], len(hints), err
}

// failing is the first check of the lesson that failed when it last ran; "" when none did. One that failed for a reason
// of its topic comes before one that did not build or crashed, whose reason is returned too: hints do not help there.
func (s *studio) failing(l lesson.Lesson) (id, crash string) {
	report, ok := run.Latest(s.root, l.Slug)
	if !ok {
		return "", ""
	}
	for _, r := range report.Results {
		switch {
		case r.Verdict == check.Fail && (r.Hint != "" || len(l.Hints(r.CheckID)) == 0):
			return r.CheckID, ""
		case id == "" && (r.Verdict == check.Fail || r.Verdict == check.BuildError):
			id, crash = r.CheckID, r.Message
		}
	}
	return id, crash
}

// allPassed says whether all that the last run of this copy judged has passed. One from before a reset says nothing about the new copy.
func (s *studio) allPassed(l lesson.Lesson) bool {
	report, ok := run.Latest(s.root, l.Slug)
	return ok && report.Verdict == check.Pass && s.passed(l)
}

// passed says whether the lesson has ever passed.
func (s *studio) passed(l lesson.Lesson) bool {
	p, err := progress.Load(s.root)
	if err != nil {
		return false
	}
	of := p.Lessons[l.Name()]
	return of != nil && !of.PassedAt.IsZero()
}

func (s *studio) sawSolution(l lesson.Lesson) error {
	_, err := progress.Update(s.root, func(p *progress.Progress) { p.Of(l.Name()).SolutionSeen = true })
	return err
}

// forget makes the lesson's progress as new: hints begin with the weakest, and it has not passed. That the solution was
// seen stays true.
func (s *studio) forget(l lesson.Lesson) error {
	_, err := progress.Update(s.root, func(p *progress.Progress) {
		p.Lessons[l.Name()] = &progress.Lesson{SolutionSeen: p.Of(l.Name()).SolutionSeen}
	})
	return err
}
