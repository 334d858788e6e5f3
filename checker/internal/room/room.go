// Package room is the classroom: a server on the instructor's laptop that shows how far the learners are, and the client with which the
// checker of a learner reports to it.
package room

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/time/rate"
)

// Limits of what a room takes from learners.
const (
	MaxLearners = 500
	maxName     = 40  // runes
	maxText     = 200 // runes of a hand or a message
	maxAge      = 24 * time.Hour
)

// Lesson is a lesson of the catalogue. Reports about others are ignored.
type Lesson struct {
	Number  int
	Name    string // "01-order-state-machine"
	Title   string
	Minutes int
	Checks  []Check
}

// Check is a check of a lesson, in the order in which learners see them.
type Check struct{ ID, Sentence string }

// Options of a room.
type Options struct {
	Root       string // the repository
	Name       string
	Lessons    []Lesson
	StuckRuns  int              // runs in a row with the same failure that make a learner stuck
	StuckAfter time.Duration    // the time without progress that does
	Now        func() time.Time // nil: time.Now
}

// Room is the state of a classroom. All of it is in the log, so that a room opened again under its name is the same room.
type Room struct {
	Options
	Dir string // of the log and of what the room hands out

	mu        sync.Mutex
	journal   *journal
	opened    event // the room's name, code and key
	learners  map[int]*learner
	last      int // the newest learner's id
	lesson    Lesson
	until     time.Time // zero: no countdown
	message   string
	news      int // counts changes of lesson and message
	watchers  map[chan struct{}]bool
	addresses map[string]*rate.Limiter
}

// event is one line of the log.
type event struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Name    string    `json:"name,omitempty"`
	Code    string    `json:"code,omitempty"`
	Key     string    `json:"key,omitempty"`
	Learner int       `json:"learner,omitempty"`
	Token   string    `json:"token,omitempty"`
	Text    string    `json:"text,omitempty"`
	Lesson  string    `json:"lesson,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	Report  *Report   `json:"report,omitempty"`
}

// Open opens the room of that name and makes it when there is none.
func Open(o Options) (*Room, error) {
	slug := strings.Trim(regexp.MustCompile(`[^\pL\pN]+`).ReplaceAllString(strings.ToLower(o.Name), "-"), "-")
	name, ok := printable(o.Name, maxName)
	if slug == "" || !ok {
		return nil, fmt.Errorf("a room cannot be called %q; give --name 1 to %d letters, digits and spaces", o.Name, maxName)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Room{
		Options: o, Dir: filepath.Join(o.Root, ".stagecraft", "rooms", slug),
		learners: map[int]*learner{}, watchers: map[chan struct{}]bool{}, addresses: map[string]*rate.Limiter{},
	}
	if err := os.MkdirAll(r.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the room cannot be kept: %w; make the directory writable, or free some space", err)
	}
	var err error
	if r.journal, err = openJournal(filepath.Join(r.Dir, "events.jsonl"), r.apply); err != nil {
		return nil, err
	}
	if r.opened.Kind != "" {
		return r, nil
	}
	code, err := rand.Int(rand.Reader, big.NewInt(900_000))
	if err != nil {
		return nil, err
	}
	return r, r.update(func() ([]event, error) {
		return []event{{Kind: "opened", Name: name, Code: fmt.Sprint(100_000 + code.Int64()), Key: secret()}}, nil
	})
}

// secret returns 256 random bits.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// Close ends the log. The room must not be used any more.
func (r *Room) Close() error { return r.journal.file.Close() }

// Name, Code and Key are those under which the room was first opened.
func (r *Room) Name() string { return r.opened.Name }

// Code is what learners join with.
func (r *Room) Code() string { return r.opened.Code }

// Key opens the instructor's board.
func (r *Room) Key() string { return r.opened.Key }

// update appends the events that decide returns, applies them, and returns when they are on the disk.
func (r *Room) update(decide func() ([]event, error)) error {
	end, err := r.append(decide)
	if err != nil {
		return err
	}
	return r.journal.sync(end)
}

func (r *Room) append(decide func() ([]event, error)) (end int64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	events, err := decide()
	if err != nil {
		return 0, err
	}
	now := r.Now()
	for i := range events {
		events[i].At = now
	}
	if end, err = r.journal.append(events); err != nil {
		return 0, err
	}
	for _, e := range events {
		r.apply(e)
	}
	for w := range r.watchers {
		select {
		case w <- struct{}{}:
		default: // it has not yet looked at the last change
		}
	}
	return end, nil
}

// apply is the only place where the state changes. Events about learners that were removed have no effect.
func (r *Room) apply(e event) {
	l := r.learners[e.Learner]
	switch {
	case e.Kind == "opened":
		r.opened = e
	case e.Kind == "lesson":
		r.lesson, _ = r.find(e.Lesson)
		r.until, r.news = e.Until, r.news+1
	case e.Kind == "message":
		r.message, r.news = e.Text, r.news+1
	case e.Kind == "joined":
		if l == nil {
			l = &learner{ID: e.Learner, work: map[string]*work{}, seen: map[string]bool{}, rate: rate.NewLimiter(1, 30)}
			r.learners[e.Learner], r.last = l, max(r.last, e.Learner)
		}
		l.Name, l.token, l.Left = e.Name, e.Token, false
	case l == nil:
	case e.Kind == "removed":
		delete(r.learners, e.Learner)
	case e.Kind == "left":
		l.Left, l.HandAt = true, time.Time{}
	case e.Kind == "raised":
		l.Hand = e.Text
		if l.HandAt.IsZero() { // a new text keeps the place in the queue
			l.HandAt = e.At
		}
	case e.Kind == "lowered":
		l.HandAt = time.Time{}
	case e.Kind == "reported":
		if lesson, ok := r.find(e.Report.Lesson); ok {
			l.report(lesson, *e.Report, e.At.Add(-min(max(0, time.Duration(e.Report.AgeMS)*time.Millisecond), maxAge)))
		}
	}
}

func (r *Room) find(name string) (Lesson, bool) {
	i := slices.IndexFunc(r.Lessons, func(l Lesson) bool { return l.Name == name })
	if i < 0 {
		return Lesson{}, false
	}
	return r.Lessons[i], true
}

// Refusal is what a room answers to a request that it does not take.
type Refusal struct {
	Status int
	Text   string
}

func (e *Refusal) Error() string { return e.Text }

// subscribe returns a channel that gets a value after changes, until stop.
func (r *Room) subscribe() (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watchers[c] = true
	return c, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.watchers, c)
	}
}

// printable returns text in one line without what a terminal or a page could misunderstand. ok is false when nothing is left, when
// something had to be taken out, or when it is longer than limit runes.
func printable(text string, limit int) (clean string, ok bool) {
	clean = strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	intact := clean == text
	clean = strings.Join(strings.Fields(clean), " ")
	if runes := []rune(clean); len(runes) > limit {
		clean, intact = string(runes[:limit]), false
	}
	return clean, intact && clean != ""
}
