package proof

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// A Finding is what is wrong with a lesson.
type Finding struct {
	Faults   []string
	Unjudged []string // what could not be judged, for a reason that is not the lesson's
}

// Fault adds a fault of the lesson.
func (f *Finding) Fault(format string, args ...any) {
	f.Faults = append(f.Faults, fmt.Sprintf(format, args...))
}

// Empty reports whether nothing was found and everything was judged.
func (f *Finding) Empty() bool { return len(f.Faults)+len(f.Unjudged) == 0 }

// judge compares the report about a variant with what it must be.
func (v Variant) judge(report check.Report) Finding {
	var f Finding
	wanted := v.only()
	if wanted == nil {
		wanted = v.Lesson.Checks
	}
	for _, id := range wanted {
		at := slices.IndexFunc(report.Results, func(r check.Result) bool { return r.CheckID == id })
		if at < 0 {
			f.Fault("%s was not run", id)
			continue
		}
		r := report.Results[at]
		if r.Verdict == check.Unknown || r.Verdict == check.NotRun {
			f.Unjudged = append(f.Unjudged, fmt.Sprintf("%s could not be judged: %s", id, r.Fault))
			continue
		}
		v.compare(&f, r)
	}
	return f
}

func (v Variant) compare(f *Finding, r check.Result) {
	switch {
	case r.Verdict == check.BuildError:
		f.Fault("does not compile (%s): %s", r.CheckID, Describe(r))
	case v.Mutant != nil:
		v.kill(f, r)
	case v.Name == "starter" && r.Verdict == check.Pass:
		f.Fault("%s passes before the learner has done anything", r.CheckID)
	case v.Name != "starter" && r.Verdict != check.Pass:
		f.Fault("%s must pass, but: %s", r.CheckID, Describe(r))
	}
}

func (v Variant) kill(f *Finding, r check.Result) {
	message := strings.Join(strings.Fields(v.Mutant.Message), " ")
	switch {
	case r.Verdict == check.Pass:
		f.Fault("is wrong (%s), but %s passes", v.Mutant.Why, r.CheckID)
	case !strings.Contains(shown(r), message):
		f.Fault("%s fails without the message %q; it prints %q", r.CheckID, message, shown(r))
	case r.Failure != v.Mutant.Failure:
		f.Fault("the failure is %s, mutant.yaml names %s", r.Failure, v.Mutant.Failure)
	case len(v.Lesson.Hints(r.Failure)) == 0:
		f.Fault("hints.yaml has no hint for the failure %s", r.Failure)
	}
}

// shown is all that a learner reads about a failure, with single spaces.
func shown(r check.Result) string {
	return strings.Join(strings.Fields(strings.Join([]string{r.Message, r.Expected, r.Seen, r.Why}, " ")), " ")
}

// Describe is a failure in a few lines.
func Describe(r check.Result) string {
	text := r.Message
	if r.File != "" {
		text = fmt.Sprintf("%s:%d: %s", r.File, r.Line, text)
	}
	if r.Expected != "" || r.Seen != "" {
		text += fmt.Sprintf("\n      expected %s\n      seen     %s", r.Expected, r.Seen)
	}
	if len(r.Steps) > 0 {
		text += "\n      during   " + r.Steps[len(r.Steps)-1].Text
	}
	return text + fmt.Sprintf("\n      seed     %d", r.Seed)
}
