package author

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/hollow"
	"stagecraft/checker/internal/lesson"
)

// tolerated is how many variants may need a second grading on a machine that lands changes; more are no chance.
const tolerated = 3

// Verify proves each lesson: the starter compiles and fails every check, the reference and the alternatives pass, the reference also in a
// new workspace, each mutant is failed by the check it names with the message it names, each check has killed a mutant, hints exist, quotes
// and links have their targets, topics are known. It prints as it goes. The error is a *Faulty when the proof ran to its end and found something.
//
// With Changed, a lesson is graded only when it differs from the record, or is in the sample, and then with a sample of its mutants; what
// needs no run is looked at always.
func Verify(ctx context.Context, o Options) error {
	o.fill()
	v := &verification{Options: o, began: time.Now(), total: &tally{out: o.Out}}
	lessons, broken := o.lessons()
	if broken != nil && len(lessons) == 0 {
		return broken
	}
	if broken != nil {
		v.total.print("the catalogue", proof.Finding{Faults: []string{proof.OneLine(broken)}})
	}
	lessons, err := shard(lessons, o.Shard)
	if err != nil {
		return err
	}
	v.catalogue, _ = lesson.Load(o.Root) // what is broken is in the finding about the catalogue, or is not asked for
	if err := v.prepare(ctx, lessons); err != nil {
		return err
	}
	if err := v.proveAll(ctx, lessons); err != nil {
		return err
	}
	v.reportMutation(lessons)
	o.untaught(lessons)
	fmt.Fprintf(o.Out, "verify: %d lessons, %d versions of them judged, %d faults, %d not judged, %d unsteady, in %s\n",
		len(lessons), v.total.variants, v.total.found, v.total.unjudged, v.total.unsteady, time.Since(v.began).Round(100*time.Millisecond))
	if v.total.found+v.total.unjudged > 0 || v.total.unsteady > tolerated {
		return &Faulty{Found: v.total.found, Unjudged: v.total.unjudged, Unsteady: v.total.unsteady}
	}
	return nil
}

// A verification is one run of Verify.
type verification struct {
	Options
	began   time.Time
	total   *tally
	sources *sources
	hashes  map[string]string // by lesson; taken before anything is graded
	graded  []lesson.Lesson
	courses []*course

	catalogue []lesson.Lesson // every lesson, also when few are asked for
	changed   []lesson.Lesson // with Changed, those whose proof is not on record
	seed      uint64          // with Changed, what the sample follows from
}

// A job is one variant to prove; its course prints the lesson's line after the last.
type job struct {
	variant proof.Variant
	course  *course
}

// prepare takes the hashes and chooses which lessons are graded.
func (v *verification) prepare(ctx context.Context, lessons []lesson.Lesson) (err error) {
	v.graded = lessons
	if v.sources, err = v.Options.sources(ctx, v.Root); err != nil {
		return fmt.Errorf("find what the verdicts depend on: %w", err)
	}
	if v.Record {
		built, err := v.built()
		if err != nil {
			return fmt.Errorf("find out when this program was built: %w", err)
		}
		if err := v.sources.checkBuilt(built); err != nil {
			return err
		}
	}
	v.hashes = map[string]string{}
	for _, l := range lessons {
		if v.hashes[l.Name()], err = v.sources.proofHash(v.Root, l); err != nil {
			return err
		}
	}
	if v.Changed {
		v.graded, v.changed, v.seed, err = v.due(ctx, lessons, v.hashes, v.sources)
	}
	return err
}

func hasLesson(lessons []lesson.Lesson, l lesson.Lesson) bool {
	return slices.ContainsFunc(lessons, func(other lesson.Lesson) bool { return other.Number == l.Number })
}

func (v *verification) proveAll(ctx context.Context, lessons []lesson.Lesson) error {
	jobs := make(chan job)
	prover := v.prover()
	var workers sync.WaitGroup
	for range v.Parallel {
		place, err := takeSlot(v.Root, "verify")
		if err != nil {
			close(jobs)
			workers.Wait()
			return err
		}
		workers.Go(func() {
			defer place.free()
			for j := range jobs {
				j.course.finished(j.variant, v.prove(ctx, prover, j.variant, place.dir))
			}
		})
	}
	for _, l := range slices.Backward(lessons) { // the later ones take longer
		v.send(ctx, l, jobs)
	}
	close(jobs)
	workers.Wait()
	for _, c := range v.courses {
		c.stopped()
	}
	return context.Cause(ctx)
}

// prove proves a variant. With Changed, which is for a machine that lands changes, a variant that is not as it must be is graded once
// more: when it is right then, the first result is printed and counted as unsteady, and is no fault.
func (v *verification) prove(ctx context.Context, prover *proof.Prover, variant proof.Variant, dir string) proof.Finding {
	first := prover.Prove(ctx, variant, dir)
	if first.Empty() || !v.Changed || ctx.Err() != nil {
		return first
	}
	if again := prover.Prove(ctx, variant, dir); !again.Empty() {
		return again
	}
	v.total.differs(variant, first)
	return proof.Finding{}
}

// send gives the variants of a lesson to the workers.
func (v *verification) send(ctx context.Context, l lesson.Lesson, jobs chan<- job) {
	variants, err := proof.Variants(l)
	c := &course{lesson: l, total: v.total, began: time.Now()}
	if err != nil {
		c.found = append(c.found, proof.Finding{Faults: []string{proof.OneLine(err)}})
	}
	c.found = append(c.found, proof.Finding{Faults: append(proseFaults(v.Root, l), shapeFaults(l, variants)...)})
	v.courses = append(v.courses, c)
	isGraded := hasLesson(v.graded, l)
	isSample := v.Changed && isGraded && !hasLesson(v.changed, l)
	if variants, err = v.addNewWorkspace(l, variants); err != nil {
		c.found = append(c.found, proof.Finding{Faults: []string{proof.OneLine(err)}})
	}
	switch {
	case !isGraded && len(hollow.Of(l, v.changed)) > 0: // another lesson's holes may have changed
		variants = slices.DeleteFunc(variants, func(one proof.Variant) bool { return one.Name != newWorkspace })
	case !isGraded:
		variants = nil
	case v.Only != "":
		variants = slices.DeleteFunc(variants, func(one proof.Variant) bool { return !strings.Contains(one.Name, v.Only) })
	case isSample:
		variants = sampleMutants(variants, v.seed)
	}
	if v.Record && isGraded && v.Only == "" {
		c.broken = func() { v.forget(l) }
		if !isSample { // a part of the versions is no proof
			c.proved = func(variants int) { v.keep(ctx, l, variants) }
		}
	}
	c.open = len(variants)
	if c.open == 0 {
		c.conclude()
	}
	for _, one := range variants {
		select {
		case jobs <- job{one, c}:
		case <-ctx.Done():
			return
		}
	}
}

// keep records a proof, unless what it depends on was edited meanwhile: then it is not known which content was proved.
func (v *verification) keep(ctx context.Context, l lesson.Lesson, variants int) {
	if ctx.Err() != nil {
		return
	}
	before := v.hashes[l.Name()]
	after, err := v.sources.proofHash(v.Root, l)
	if err == nil && after == before {
		err = updateRecord(v.Root, l.Name(), func(e *entry) { e.Proof, e.Variants = after, variants })
	}
	if err != nil {
		v.total.print(l.Name(), proof.Finding{Unjudged: []string{"the proof is not recorded: " + proof.OneLine(err)}})
	}
}

// forget removes a proof that no longer holds.
func (v *verification) forget(l lesson.Lesson) {
	if err := updateRecord(v.Root, l.Name(), func(e *entry) { e.Proof, e.Variants = "", 0 }); err != nil {
		v.total.print(l.Name(), proof.Finding{Unjudged: []string{proof.OneLine(err)}})
	}
}

// untaught prints the topics that no lesson names yet. Stages that have no lesson at all are left out.
func (o *Options) untaught(lessons []lesson.Lesson) {
	if len(o.Lessons) > 0 || o.Shard != "" {
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
