package author

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
)

// VerifyStage grades a stage with the checks of the lessons of earlier stages: a later stage must still do what they teach. Checks that the
// curriculum ends before the stage are left out, and it prints why.
func VerifyStage(ctx context.Context, o Options, stage string) error {
	o.fill()
	dir := filepath.Join(o.Root, stage)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || lesson.StageNumber(stage) == 0 {
		return fmt.Errorf("%s is no stage of this repository", stage)
	}
	lessons, err := o.lessons()
	if err != nil {
		return err
	}
	total := &tally{out: o.Out}
	graded, began := 0, time.Now()
	for _, l := range lessons {
		if lesson.StageNumber(l.Stage) >= lesson.StageNumber(stage) {
			continue
		}
		checks, reasons := l.Applying(lesson.StageNumber(stage))
		for _, why := range reasons {
			fmt.Fprintf(o.Out, "%s: %d of %d checks are left out: %s\n", l.Name(), len(l.Checks)-len(checks), len(l.Checks), why)
		}
		if len(checks) == 0 {
			continue
		}
		report, err := o.grade(ctx, o.Root, l, dir, o.Seed, checks)
		if err != nil {
			return fmt.Errorf("%s: %w", l.Name(), err)
		}
		graded++
		found := stageFinding(report, checks)
		total.print(fmt.Sprintf("%s: %d checks on %s", l.Name(), len(checks), stage), found)
	}
	fmt.Fprintf(o.Out, "verify: %d lessons on %s, %d faults, %d not judged, in %s\n",
		graded, stage, total.found, total.unjudged, time.Since(began).Round(100*time.Millisecond))
	if total.found+total.unjudged > 0 {
		return &Faulty{Found: total.found, Unjudged: total.unjudged}
	}
	return ctx.Err()
}

// stageFinding collects what the checks say against the stage.
func stageFinding(report check.Report, checks []string) (f proof.Finding) {

	for _, r := range report.Results {
		switch {
		case !slices.Contains(checks, r.CheckID) || r.Verdict == check.Pass:
		case r.Verdict == check.Unknown || r.Verdict == check.NotRun:
			f.Unjudged = append(f.Unjudged, fmt.Sprintf("%s could not be judged: %s", r.CheckID, r.Fault))
		default:
			f.Fault("%s must pass, but: %s", r.CheckID, proof.Describe(r))
		}
	}
	return f
}
