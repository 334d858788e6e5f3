package room

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// learner is one member of the room.
type learner struct {
	ID      int
	Name    string
	token   string // the SHA-256 of it
	Left    bool
	Hand    string
	HandAt  time.Time // zero: down
	current string    // the lesson of the last report
	work    map[string]*work
	seen    map[string]bool // ids of reports
	rate    *rate.Limiter
}

// work is what a learner has done in a lesson.
type work struct {
	startedAt, ranAt, passedAt time.Time
	progressAt                 time.Time // of the start, or of the last run in which more checks passed than ever before
	runs, hints                int
	verdicts                   map[string]string
	check, failure             string // the first failure of the last run; "" when nothing failed
	same                       int    // runs in a row with that failure and no more passes
	best                       int    // checks that passed at once
}

// report applies a report about what was done at that time.
func (l *learner) report(lesson Lesson, rep Report, at time.Time) {
	l.seen[rep.ID], l.current = true, lesson.Name
	w := l.work[lesson.Name]
	if w == nil {
		w = &work{startedAt: at, progressAt: at, verdicts: map[string]string{}}
		l.work[lesson.Name] = w
	}
	w.runs, w.hints = rep.Runs, rep.Hints
	if rep.Passed && w.passedAt.IsZero() {
		w.passedAt = at
	}
	if rep.Kind != KindRun {
		return
	}
	w.ranAt = at
	passing, before := 0, w.failure
	w.check, w.failure = "", ""
	for _, c := range lesson.Checks {
		if v := rep.Verdicts[c.ID]; v != "" {
			w.verdicts[c.ID] = v
		}
		if w.verdicts[c.ID] == "pass" {
			passing++
		}
		if id := rep.Failures[c.ID]; id != "" && w.failure == "" {
			w.check, w.failure = c.ID, id
		}
	}
	w.same++
	if w.failure != before || passing > w.best {
		w.same = 1
	}
	if passing > w.best {
		w.best, w.progressAt = passing, at
	}
}

// stuck says why a learner who works on the lesson needs help; "" when they do not.
func (r *Room) stuck(w *work, now time.Time) string {
	switch {
	case w == nil || !w.passedAt.IsZero():
		return ""
	case w.failure != "" && w.same >= r.StuckRuns:
		return fmt.Sprintf("%d runs, same failure", w.same)
	case now.Sub(w.progressAt) >= r.StuckAfter:
		return fmt.Sprintf("%d min without progress", int(now.Sub(w.progressAt).Minutes()))
	}
	return ""
}

func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// join admits a learner. The same token is the same learner, and the name of one who has left is free.
func (r *Room) join(name, token string) error {
	name, ok := printable(name, maxName)
	if !ok {
		return &Refusal{400, fmt.Sprintf("a name has 1 to %d printable characters; choose another one with --name", maxName)}
	}
	if len(token) < 32 || len(token) > 128 {
		return &Refusal{400, "the token is no token of the checker; join with `go run ./checker join`"}
	}
	return r.update(func() ([]event, error) {
		e := event{Kind: "joined", Name: name, Learner: r.last + 1, Token: hashed(token)}
		for id, l := range r.learners {
			switch same := strings.EqualFold(l.Name, name); {
			case l.token == e.Token && same && !l.Left:
				return nil, nil
			case l.token == e.Token:
				e.Learner = id
			case same && !l.Left:
				return nil, &Refusal{409, fmt.Sprintf("the name %s is taken; join with another one, or ask the instructor to remove it if it is yours", name)}
			case same && e.Learner > r.last:
				e.Learner = id
			}
		}
		if e.Learner > r.last && len(r.learners) >= MaxLearners {
			return nil, &Refusal{503, fmt.Sprintf("the room has %d learners, which is the limit; ask the instructor to remove those who have gone", MaxLearners)}
		}
		return []event{e}, nil
	})
}

// member calls decide with the learner whose token it is.
func (r *Room) member(token string, decide func(*learner) []event) error {
	token = hashed(token)
	return r.update(func() ([]event, error) {
		for _, l := range r.learners {
			switch {
			case l.token != token || l.Left:
				continue
			case !l.rate.AllowN(r.Now(), 1):
				return nil, &Refusal{429, "too many requests; the checker sends them later"}
			}
			return decide(l), nil
		}
		return nil, &Refusal{401, "you are not in this room any more; `go run ./checker join` brings you back"}
	})
}

var failureKind = regexp.MustCompile(`^\.[a-z0-9][a-z0-9-]{0,60}$`)

// take returns the events of reports that are new, without all that the catalogue does not know.
func (r *Room) take(l *learner, reports []Report) (events []event) {
	batch := map[string]bool{}
	for _, rep := range reports {
		lesson, known := r.find(rep.Lesson)
		kind := slices.Contains([]string{KindStart, KindRun, KindHint}, rep.Kind)
		if !known || !kind || rep.ID == "" || len(rep.ID) > 64 || l.seen[rep.ID] || batch[rep.ID] {
			continue
		}
		batch[rep.ID] = true
		clean := rep
		clean.Verdicts, clean.Failures = map[string]string{}, map[string]string{}
		clean.Runs, clean.Hints = min(max(0, rep.Runs), 1_000_000), min(max(0, rep.Hints), 1_000_000)
		for _, c := range lesson.Checks {
			switch v := rep.Verdicts[c.ID]; v {
			case "fail", "build-error":
				clean.Failures[c.ID] = c.ID
				if kind, own := strings.CutPrefix(rep.Failures[c.ID], c.ID); own && failureKind.MatchString(kind) {
					clean.Failures[c.ID] = rep.Failures[c.ID]
				}
				fallthrough
			case "pass", "unknown":
				clean.Verdicts[c.ID] = v
			}
		}
		events = append(events, event{Kind: "reported", Learner: l.ID, Report: &clean})
	}
	return events
}
