package author

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"stagecraft/checker/internal/lesson"
)

// A course gathers what was found about one lesson.
type course struct {
	lesson lesson.Lesson
	total  *tally
	began  time.Time

	mu    sync.Mutex
	open  int
	done  map[string]int // kind of variant → how many were right
	found []finding
}

func (c *course) finished(v variant, f finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.prefix(v.name + ": ")
	c.found = append(c.found, f)
	if len(f.faults)+len(f.unjudged) == 0 {
		if c.done == nil {
			c.done = map[string]int{}
		}
		kind, _, _ := strings.Cut(v.name, "/")
		c.done[kind]++
	}
	c.total.count()
	if c.open--; c.open == 0 {
		c.print()
	}
}

func (f *finding) prefix(name string) {
	for _, list := range [][]string{f.faults, f.unjudged} {
		for i := range list {
			list[i] = name + list[i]
		}
	}
}

func (c *course) print() {
	var parts []string
	for _, kind := range []struct{ name, text string }{
		{"starter", "the starter fails"}, {"reference", "the reference passes"}, {"alternative", "%d alternatives pass"}, {"mutant", "%d mutants are caught"},
	} {
		if n := c.done[kind.name]; n > 0 {
			parts = append(parts, strings.ReplaceAll(kind.text, "%d", fmt.Sprint(n)))
		}
	}
	line := fmt.Sprintf("%s: %s (%s)", c.lesson.Name(), strings.Join(parts, ", "), time.Since(c.began).Round(100*time.Millisecond))
	c.total.say(line, c.found...)
}

// A tally counts over all lessons and keeps their lines whole.
type tally struct {
	mu                        sync.Mutex
	out                       io.Writer
	variants, found, unjudged int
}

func (t *tally) count() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.variants++
}

func (t *tally) say(line string, found ...finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintln(t.out, line)
	for _, f := range found {
		for _, fault := range f.faults {
			t.found++
			fmt.Fprintf(t.out, "  ✗ %s\n", fault)
		}
		for _, open := range f.unjudged {
			t.unjudged++
			fmt.Fprintf(t.out, "  ? %s\n", open)
		}
	}
}

// IsFaulty says whether an error is the finding of a proof rather than its breakdown.
func IsFaulty(err error) bool {
	var faulty *Faulty
	return errors.As(err, &faulty)
}
