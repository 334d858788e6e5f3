package cli

import (
	"context"
	"fmt"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/room"
	"stagecraft/checker/internal/run"
)

// hint returns the level-th hint for a failure, the strongest when there are fewer, and remembers that it was shown.
func (s *studio) hint(ctx context.Context, l lesson.Lesson, failure string, level int) (text string, of int, err error) {
	hints := l.Hints(failure)
	if len(hints) == 0 {
		return "", 0, fmt.Errorf("there are no hints for %s", failure)
	}
	level = max(1, min(level, len(hints)))
	p, err := progress.Update(s.root, func(p *progress.Progress) {
		shown := p.Of(l.Name()).Hints
		shown[failure] = max(shown[failure], level)
	})
	if err == nil {
		s.tell(ctx, l, p.Of(l.Name()), room.Report{Kind: room.KindHint})
	}
	return hints[level-1], len(hints), err
}

// failing is the result to hint at: the first of the last run that failed with a failure that has hints, else the first that did not
// compile or crashed. ok is false when there is none.
func (s *studio) failing(l lesson.Lesson) (first check.Result, ok bool) {
	report, _ := run.Latest(s.root, l.Slug)
	for _, r := range report.Results {
		switch {
		case r.Verdict == check.Fail && len(l.Hints(failureOf(r))) > 0:
			return r, true
		case !ok && (r.Verdict == check.Fail || r.Verdict == check.BuildError):
			first, ok = r, true
		}
	}
	return first, ok
}

// result is what the last run said about a check.
func (s *studio) result(l lesson.Lesson, checkID string) (check.Result, bool) {
	report, _ := run.Latest(s.root, l.Slug)
	for _, r := range report.Results {
		if r.CheckID == checkID {
			return r, true
		}
	}
	return check.Result{}, false
}

// failureOf is the failure to hint at. Results that were kept by an older version name none.
func failureOf(r check.Result) string {
	if r.Failure == "" {
		return r.CheckID
	}
	return r.Failure
}

// withoutTopic is what to say about a failure for which no hint about the topic fits; "" when one does.
func withoutTopic(r check.Result) string {
	switch {
	case r.Verdict == check.BuildError && r.Hint != "":
		return "The signature that the lesson gives:\n\n    " + strings.ReplaceAll(r.Hint, "\n", "\n    ")
	case r.Verdict == check.BuildError:
		return "No hint about the topic helps here; fix this first: " + r.Message
	case r.FailureKind() == check.FailureCrash && r.Hint == "":
		return "No hint about the topic helps here; fix this first: " + r.Message + place(r)
	}
	return ""
}

func place(r check.Result) string {
	if r.File == "" {
		return ""
	}
	return fmt.Sprintf(", at %s:%d", r.File, r.Line)
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
