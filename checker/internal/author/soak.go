package author

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/proc"
)

// Soak grades the reference of each lesson times times with every core busy and prints the false-failure rate of each check.
// The error is a *Faulty when there was a failure.
func Soak(ctx context.Context, o Options, times int) error {
	o.fill()
	lessons, err := o.lessons()
	if err != nil {
		return err
	}
	release, err := burn(ctx)
	if err != nil {
		return err
	}
	defer release()
	var total Faulty
	for _, l := range lessons {
		failed, unjudged, err := o.soakOne(ctx, l, times)
		if err != nil {
			return err
		}
		total.Found += failed
		total.Unjudged += unjudged
	}
	if total.Found+total.Unjudged > 0 {
		return &total
	}
	return nil
}

// A score counts the verdicts of one check on the reference.
type score struct {
	passed, failed, unjudged int
	slowest                  time.Duration
	first                    *check.Result // that did not pass
}

func (o *Options) soakOne(ctx context.Context, l lesson.Lesson, times int) (failed, unjudged int, err error) {
	place, err := takeSlot(o.Root, "soak")
	if err != nil {
		return 0, 0, err
	}
	defer place.free()
	if err := proof.Reference(l).Write(o.Root, place.dir); err != nil {
		return 0, 0, err
	}
	fmt.Fprintf(o.Out, "%s: %d runs under load\n", l.Name(), times)
	scores := map[string]*score{}
	for n := range times {
		seed := o.Seed
		if seed != 0 {
			seed += uint64(n) // repeatable, but no two runs alike
		}
		report, err := o.grade(ctx, o.Root, l, place.dir, seed, nil)
		if ctx.Err() != nil {
			return 0, 0, context.Cause(ctx)
		}
		if err != nil {
			return 0, 0, fmt.Errorf("lesson %s: %w", l.Name(), err)
		}
		for _, r := range report.Results {
			s := scores[r.CheckID]
			if s == nil {
				s = &score{}
				scores[r.CheckID] = s
			}
			s.add(r)
		}
	}
	o.printScores(l, scores)
	for _, s := range scores {
		failed += s.failed
		unjudged += s.unjudged
	}
	return failed, unjudged, nil
}

func (s *score) add(r check.Result) {
	s.slowest = max(s.slowest, time.Duration(r.ElapsedMS)*time.Millisecond)
	switch r.Verdict {
	case check.Pass:
		s.passed++
		return
	case check.Fail, check.BuildError:
		s.failed++
	default:
		s.unjudged++
	}
	if s.first == nil {
		s.first = &r
	}
}

func (o *Options) printScores(l lesson.Lesson, scores map[string]*score) {
	table := tabwriter.NewWriter(o.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  check\tpassed\tfalse failures\tnot judged\trate\tslowest")
	for _, id := range l.Checks {
		s := scores[id]
		if s == nil {
			s = &score{}
		}
		runs := max(1, s.passed+s.failed+s.unjudged)
		fmt.Fprintf(table, "  %s\t%d\t%d\t%d\t%.1f %%\t%s\n", id, s.passed, s.failed, s.unjudged, 100*float64(s.failed)/float64(runs), s.slowest)
	}
	_ = table.Flush()
	for _, id := range l.Checks {
		if s := scores[id]; s != nil && s.first != nil {
			text := proof.Describe(*s.first)
			if s.first.Fault != "" {
				text += "\n      fault    " + s.first.Fault
			}
			fmt.Fprintf(o.Out, "  ✗ %s: %s\n", id, text)
		}
	}
}

// burn keeps every core busy with child processes until release.
func burn(ctx context.Context) (release func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	var children []*proc.Process
	release = func() {
		cancel()
		for _, child := range slices.Backward(children) {
			<-child.Done()
		}
	}
	for range runtime.NumCPU() {
		child, err := proc.Start(ctx, proc.Spec{Name: "load", Path: "/bin/sh", Args: []string{"-c", "while :; do :; done"}})
		if err != nil {
			release()
			return nil, fmt.Errorf("put load on the machine: %w", err)
		}
		children = append(children, child)
	}
	return release, nil
}
