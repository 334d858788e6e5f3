package room

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// view is what a page shows, computed at one moment.
type view struct {
	Name, Code, Key, URL string
	Lessons              []Lesson
	Lesson               Lesson // the room's, number 0 when none is set
	Until                string // "14:30"; "" without a countdown
	LeftS                int
	Message              string
	StuckRuns, StuckMin  int

	Rows                      []row // by name
	Hands, Stuck              []row // who waits longest first
	Failures                  []common
	Learners, Started, Passed int // Learners: without those who have left
	Bundle, Modules           bool
	Heads                     []Lesson // lessons that anybody has begun
	Nonce                     string
	Status                    string
}

// row is a learner on the board.
type row struct {
	ID         int
	Name       string
	Left       bool
	Lesson     int    // of the state: the room's, else the one the learner works on
	Elsewhere  int    // the lesson the learner works on, when it is another one than the room's; else 0
	State      string // "not started", "started", "passed"
	Passing    int
	Checks     int
	Failure    string
	Short      string // the failure without what the ids of the lesson's checks have in common
	Sentence   string
	Runs       int
	Hints      int
	RanMin     int // since the last run; -1: never
	PassedAt   string
	Stuck      string
	Hand       string
	HandMin    int // -1: down
	Matrix     []cell
	sinceStuck time.Time
	handAt     time.Time
}

// cell is a learner's state in one lesson.
type cell struct {
	Number int
	State  string // "", "started", "passed"
}

// common is a failure that learners have now.
type common struct {
	Failure, Sentence string
	Lesson            Lesson
	Count             int
}

// view returns the board. The lesson is the room's; while none is set, each learner is shown in the one they work on.
func (r *Room) view() view {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Now()
	v := view{
		Name: r.Name(), Lessons: r.Lessons, Lesson: r.lesson, Message: r.message,
		StuckRuns: r.StuckRuns, StuckMin: int(r.StuckAfter.Minutes()),
	}
	if !r.until.IsZero() {
		v.Until, v.LeftS = r.until.Local().Format("15:04"), max(0, int(r.until.Sub(now).Seconds()))
	}
	for _, lesson := range r.Lessons {
		if slices.ContainsFunc(r.all(), func(l *learner) bool { return l.work[lesson.Name] != nil }) {
			v.Heads = append(v.Heads, lesson)
		}
	}
	failures := map[string]*common{}
	for _, l := range r.all() {
		shown := r.row(l, now)
		for _, lesson := range v.Heads {
			shown.Matrix = append(shown.Matrix, cell{lesson.Number, l.work[lesson.Name].state()})
		}
		v.Rows = append(v.Rows, shown)
		if l.Left {
			continue
		}
		v.Learners++
		if shown.State != notStarted {
			v.Started++
		}
		if shown.State == passed {
			v.Passed++
		}
		if shown.HandMin >= 0 {
			v.Hands = append(v.Hands, shown)
		}
		if shown.Stuck != "" {
			v.Stuck = append(v.Stuck, shown)
		}
		if shown.Failure != "" && shown.State != passed {
			if failures[shown.Failure] == nil {
				lesson, _ := r.find(r.shownLesson(l))
				failures[shown.Failure] = &common{Failure: shown.Failure, Sentence: shown.Sentence, Lesson: lesson}
			}
			failures[shown.Failure].Count++
		}
	}
	for _, f := range failures {
		v.Failures = append(v.Failures, *f)
	}
	slices.SortFunc(v.Failures, func(a, b common) int {
		return cmp.Or(b.Count-a.Count, cmp.Compare(a.Failure, b.Failure))
	})
	v.Failures = v.Failures[:min(len(v.Failures), 5)]
	slices.SortStableFunc(v.Hands, func(a, b row) int { return a.handAt.Compare(b.handAt) })
	slices.SortStableFunc(v.Stuck, func(a, b row) int { return a.sinceStuck.Compare(b.sinceStuck) })
	v.Status = fmt.Sprintf("%d hands up, %d stuck, %d of %d have passed", len(v.Hands), len(v.Stuck), v.Passed, v.Learners)
	return v
}

// half is one of two tables: fifty rows fit a projector beside each other, not below.
type half struct {
	Rows     []row
	From, To int
	Numbers  bool // the rows are about different lessons
}

// First and Second are the two tables of learners; the second is nil when there are few.
func (v view) First() half {
	n := len(v.Rows)
	if n > 12 {
		n = (n + 1) / 2
	}
	return half{Rows: v.Rows[:n], From: 1, To: n, Numbers: v.Lesson.Number == 0}
}

// Second is the rest of First.
func (v view) Second() *half {
	n := len(v.First().Rows)
	if n == len(v.Rows) {
		return nil
	}
	return &half{Rows: v.Rows[n:], From: n + 1, To: len(v.Rows), Numbers: v.Lesson.Number == 0}
}

// all returns the learners by name.
func (r *Room) all() []*learner {
	all := make([]*learner, 0, len(r.learners))
	for _, l := range r.learners {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b *learner) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), a.ID-b.ID)
	})
	return all
}

func (r *Room) shownLesson(l *learner) string { return cmp.Or(r.lesson.Name, l.current) }

// States of a learner in a lesson.
const (
	notStarted = "not started"
	started    = "started"
	passed     = "passed"
)

func (w *work) state() string {
	switch {
	case w == nil:
		return notStarted
	case w.passedAt.IsZero():
		return started
	}
	return passed
}

func (r *Room) row(l *learner, now time.Time) row {
	lesson, _ := r.find(r.shownLesson(l))
	w := l.work[lesson.Name]
	shown := row{
		ID: l.ID, Name: l.Name, Left: l.Left, Lesson: lesson.Number, State: w.state(), Checks: len(lesson.Checks), RanMin: -1, HandMin: -1,
	}
	if current, ok := r.find(l.current); ok && current.Number != lesson.Number {
		shown.Elsewhere = current.Number
	}
	if !l.HandAt.IsZero() {
		shown.Hand, shown.handAt, shown.HandMin = l.Hand, l.HandAt, minutes(now, l.HandAt)
	}
	if w == nil {
		return shown
	}
	shown.Runs, shown.Hints, shown.Stuck, shown.sinceStuck = w.runs, w.hints, r.stuck(w, now), w.progressAt
	for _, c := range lesson.Checks {
		if w.verdicts[c.ID] == "pass" {
			shown.Passing++
		}
		if c.ID == w.check {
			shown.Failure, shown.Short, shown.Sentence = w.failure, strings.TrimPrefix(w.failure, lesson.prefix()), c.Sentence
		}
	}
	if !w.ranAt.IsZero() {
		shown.RanMin = minutes(now, w.ranAt)
	}
	if !w.passedAt.IsZero() {
		shown.PassedAt = w.passedAt.Local().Format("15:04")
	}
	return shown
}

// prefix returns the words with which the ids of all checks begin: "order-state-".
func (l Lesson) prefix() string {
	if len(l.Checks) < 2 {
		return ""
	}
	prefix := l.Checks[0].ID
	for _, c := range l.Checks {
		for !strings.HasPrefix(c.ID, prefix) || !strings.HasSuffix(prefix, "-") && prefix != "" {
			prefix = prefix[:len(prefix)-1]
		}
	}
	return prefix
}

func minutes(now, then time.Time) int { return max(0, int(now.Sub(then).Minutes())) }
