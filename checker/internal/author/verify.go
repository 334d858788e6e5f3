package author

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/lesson"
)

// Verify proves each lesson: the starter compiles and fails every check, the reference and the alternatives pass, each mutant is
// failed by the check it names with the message it names, each check has killed a mutant, hints exist, quotes and links lead
// somewhere, topics are known. It prints as it goes. The error is a *Faulty when the proof went through and found something.
func Verify(ctx context.Context, o Options) error {
	o.fill()
	began := time.Now()
	lessons, broken := o.lessons()
	if broken != nil && len(lessons) == 0 {
		return broken
	}
	total := &tally{out: o.Out}
	if broken != nil {
		total.say("the catalogue", finding{faults: []string{oneLine(broken)}})
	}
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range o.Parallel {
		place, err := takeSlot(o.Root, "verify")
		if err != nil {
			close(jobs)
			workers.Wait()
			return err
		}
		workers.Go(func() {
			defer place.free()
			for j := range jobs {
				j.course.finished(j.variant, o.prove(ctx, j.variant, place.dir))
			}
		})
	}
	for _, l := range slices.Backward(lessons) { // the later ones take longer
		o.send(ctx, l, total, jobs)
	}
	close(jobs)
	workers.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	o.untaught(lessons)
	fmt.Fprintf(o.Out, "verify: %d lessons, %d versions of them judged, %d faults, %d not judged, in %s\n",
		len(lessons), total.variants, total.found, total.unjudged, time.Since(began).Round(100*time.Millisecond))
	if total.found+total.unjudged > 0 {
		return &Faulty{Found: total.found, Unjudged: total.unjudged}
	}
	return nil
}

// A job is one variant to prove; its course prints the lesson's line after the last.
type job struct {
	variant variant
	course  *course
}

// send gives the variants of a lesson to the workers.
func (o *Options) send(ctx context.Context, l lesson.Lesson, total *tally, jobs chan<- job) {
	variants, err := variantsOf(l)
	c := &course{lesson: l, total: total, began: time.Now()}
	if err != nil {
		c.found = append(c.found, finding{faults: []string{oneLine(err)}})
	}
	c.found = append(c.found, finding{faults: append(proseFaults(o.Root, l), shapeFaults(l, variants)...)})
	if o.Only != "" {
		variants = slices.DeleteFunc(variants, func(v variant) bool { return !strings.Contains(v.name, o.Only) })
	}
	c.open = len(variants)
	if c.open == 0 {
		c.print()
	}
	for _, v := range variants {
		select {
		case jobs <- job{v, c}:
		case <-ctx.Done():
			return
		}
	}
}

// prove makes a variant in dir and has it graded. What cannot be judged is tried once more: the machine may have been busy.
func (o *Options) prove(ctx context.Context, v variant, dir string) finding {
	if err := v.write(o.Root, dir); err != nil {
		return finding{faults: []string{oneLine(err)}}
	}
	var f finding
	for range 2 {
		report, err := o.grade(ctx, o.Root, v.lesson, dir, o.Seed, v.only())
		if err != nil {
			return finding{unjudged: []string{oneLine(err)}}
		}
		if f = v.judge(report); len(f.unjudged) == 0 || ctx.Err() != nil {
			break
		}
	}
	if v.mutant == nil && ctx.Err() == nil {
		o.compile(ctx, &f, dir)
	}
	if v.name == "starter" {
		f.faults = append(f.faults, fileFaults(v.lesson, dir)...)
	}
	return f
}

// compile makes sure that all of the workspace compiles, what no check of the lesson looks at too.
func (o *Options) compile(ctx context.Context, f *finding, dir string) {
	err := o.vet(ctx, dir)
	var failed *build.Error
	switch {
	case err == nil:
	case errors.As(err, &failed):
		f.fault("go vet ./... is not content: %s", strings.TrimSpace(failed.Output))
	default:
		f.unjudged = append(f.unjudged, oneLine(err))
	}
}

// untaught says which topics no lesson names yet. Stages that have no lesson at all are left out.
func (o *Options) untaught(lessons []lesson.Lesson) {
	if len(o.Lessons) > 0 {
		return
	}
	taught, begun := map[string]bool{}, map[int]bool{}
	topics := lesson.Topics()
	for _, l := range lessons {
		for _, id := range l.Topics {
			taught[id] = true
		}
	}
	for _, t := range topics {
		if taught[t.ID] {
			begun[t.Stage] = true
		}
	}
	var missing []string
	for _, t := range topics {
		if begun[t.Stage] && !taught[t.ID] {
			missing = append(missing, t.ID)
		}
	}
	if missing != nil {
		fmt.Fprintf(o.Out, "not taught yet: %s\n", strings.Join(missing, ", "))
	}
}
