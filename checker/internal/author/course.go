package author

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/lesson"
)

// A course gathers what was found about one lesson.
type course struct {
	lesson lesson.Lesson
	total  *tally
	began  time.Time
	proved func(variants int) // called once, when nothing was found
	broken func()             // called once, when a fault was found

	mu    sync.Mutex
	open  int            // variants that are not judged yet
	count int            // variants that are judged
	done  map[string]int // kind of variant → how many were right
	found []proof.Finding
}

func (c *course) finished(v proof.Variant, f proof.Finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	prefix(&f, v.Name+": ")
	c.found = append(c.found, f)
	if f.Empty() {
		if c.done == nil {
			c.done = map[string]int{}
		}
		kind, _, _ := strings.Cut(v.Name, "/")
		c.done[kind]++
	}
	c.total.judged()
	c.count++
	if c.open--; c.open == 0 {
		c.conclude()
	}
}

// stopped prints what was found until then, when the proof was stopped before the last variant.
func (c *course) stopped() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open > 0 && c.count > 0 {
		c.total.print(fmt.Sprintf("%s: stopped after %d of %d versions", c.lesson.Name(), c.count, c.count+c.open), c.found...)
	}
}

func prefix(f *proof.Finding, name string) {
	for _, list := range [][]string{f.Faults, f.Unjudged} {
		for i := range list {
			list[i] = name + list[i]
		}
	}
}

// conclude prints the lesson's line and hands on the result.
func (c *course) conclude() {
	var parts []string
	for _, kind := range []struct{ name, text string }{
		{"starter", "the starter fails"}, {"reference", "the reference passes"}, {"alternative", "%d alternatives pass"}, {"mutant", "%d mutants are caught"},
	} {
		if n := c.done[kind.name]; n > 0 {
			parts = append(parts, strings.ReplaceAll(kind.text, "%d", fmt.Sprint(n)))
		}
	}
	faults, unjudged := 0, 0
	for _, f := range c.found {
		faults += len(f.Faults)
		unjudged += len(f.Unjudged)
	}
	if len(parts) > 0 || faults+unjudged > 0 {
		line := fmt.Sprintf("%s: %s (%s)", c.lesson.Name(), strings.Join(parts, ", "), time.Since(c.began).Round(100*time.Millisecond))
		c.total.print(line, c.found...)
	}
	switch {
	case faults > 0 && c.broken != nil:
		c.broken()
	case faults+unjudged == 0 && c.proved != nil:
		c.proved(c.count)
	}
}

// A tally counts over all lessons and keeps their lines whole.
type tally struct {
	mu                        sync.Mutex
	out                       io.Writer
	variants, found, unjudged int
	unsteady                  int // variants that were right only when graded again
}

func (t *tally) judged() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.variants++
}

func (t *tally) differs(v proof.Variant, first proof.Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unsteady++
	for _, fault := range slices.Concat(first.Faults, first.Unjudged) {
		fmt.Fprintf(t.out, "  ~ unsteady: %s/%s was right when graded again, and before: %s\n", v.Lesson.Name(), v.Name, fault)
	}
}

func (t *tally) print(line string, found ...proof.Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintln(t.out, line)
	for _, f := range found {
		for _, fault := range f.Faults {
			t.found++
			fmt.Fprintf(t.out, "  ✗ %s\n", fault)
		}
		for _, open := range f.Unjudged {
			t.unjudged++
			fmt.Fprintf(t.out, "  ? %s\n", open)
		}
	}
}

// IsFaulty reports whether an error is the result of a proof rather than its failure to run.
func IsFaulty(err error) bool {
	var faulty *Faulty
	return errors.As(err, &faulty)
}
