package author

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// A verdict of verify about one variant.
type finding struct {
	faults   []string
	unjudged []string
}

func (f *finding) fault(format string, args ...any) {
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

// judge says in what the report about a variant is not what it must be.
func (v variant) judge(report check.Report) finding {
	var f finding
	wanted := v.only()
	if wanted == nil {
		wanted = v.lesson.Checks
	}
	for _, id := range wanted {
		at := slices.IndexFunc(report.Results, func(r check.Result) bool { return r.CheckID == id })
		if at < 0 {
			f.fault("%s was not run", id)
			continue
		}
		r := report.Results[at]
		if r.Verdict == check.Unknown || r.Verdict == check.NotRun {
			f.unjudged = append(f.unjudged, fmt.Sprintf("%s could not be judged: %s", id, r.Fault))
			continue
		}
		v.compare(&f, r)
	}
	return f
}

func (v variant) compare(f *finding, r check.Result) {
	switch {
	case r.Verdict == check.BuildError:
		f.fault("does not compile (%s): %s", r.CheckID, describe(r))
	case v.mutant != nil:
		v.kill(f, r)
	case v.name == "starter" && r.Verdict == check.Pass:
		f.fault("%s passes before the learner has done anything", r.CheckID)
	case v.name != "starter" && r.Verdict != check.Pass:
		f.fault("%s must pass, but: %s", r.CheckID, describe(r))
	}
}

func (v variant) kill(f *finding, r check.Result) {
	message := strings.Join(strings.Fields(v.mutant.Message), " ")
	switch {
	case r.Verdict == check.Pass:
		f.fault("is wrong (%s), but %s passes", v.mutant.Why, r.CheckID)
	case !strings.Contains(said(r), message):
		f.fault("%s fails without saying %q; it says %q", r.CheckID, message, said(r))
	}
}

// describe is a failure in a few lines.
func describe(r check.Result) string {
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
