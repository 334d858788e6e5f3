package check

import (
	"strings"
	"time"

	"stagecraft/checker/internal/check/timeline"
)

// Schema names the version of Report in JSON; docs/result-schema.md describes it.
const Schema = "stagecraft.result/v1"

// Step is one line of a check's story.
type Step struct {
	AtMS   int64  `json:"at_ms"` // since the check began
	TookMS int64  `json:"took_ms"`
	Text   string `json:"text"`
	Failed bool   `json:"failed,omitempty"` // the step during which the check failed
}

// LogLine is one line that a service of the learner wrote.
type LogLine struct {
	Service string `json:"service"`
	AtMS    int64  `json:"at_ms"` // since the check began
	Text    string `json:"text"`
}

// Result is what became of one check.
type Result struct {
	CheckID   string           `json:"check_id"`
	Topic     string           `json:"topic,omitempty"`
	Sentence  string           `json:"sentence"` // what should be true
	Verdict   Verdict          `json:"verdict"`
	Failure   string           `json:"failure,omitempty"` // fail and build-error: which failure of the check, see FailureID
	Message   string           `json:"message,omitempty"` // one line: what is wrong
	Expected  string           `json:"expected,omitempty"`
	Seen      string           `json:"seen,omitempty"`
	Why       string           `json:"why,omitempty"`
	File      string           `json:"file,omitempty"` // where in the learner's code, relative to Report.Dir, if known
	Line      int              `json:"line,omitempty"`
	Steps     []Step           `json:"steps"`
	Notes     []string         `json:"notes,omitempty"` // what the check logged for the curious
	Logs      []LogLine        `json:"logs,omitempty"`
	Timeline  []timeline.Event `json:"timeline,omitempty"`
	Hint      string           `json:"hint,omitempty"`
	Crashed   bool             `json:"-"`    // see Failure
	Hung      bool             `json:"-"`    // see Failure
	Seed      uint64           `json:"seed"` // of the run; the check's own is derived from it
	Repeat    string           `json:"repeat,omitempty"`
	ElapsedMS int64            `json:"elapsed_ms"`
	Fault     string           `json:"fault,omitempty"` // unknown and not-run: what was in the way

	Standstill time.Duration `json:"-"` // for which the machine stood still, if that is why the verdict is unknown
}

// FailureKind is the part of Failure behind the check's id: "crash", or "" for a failure without an id of its own.
func (r Result) FailureKind() string {
	_, kind, _ := strings.Cut(r.Failure, ".")
	return kind
}

// LessonRef names a lesson in a report.
type LessonRef struct {
	Number int    `json:"number"`
	Slug   string `json:"slug"`
	Title  string `json:"title"`
	Stage  string `json:"stage,omitempty"`
}

// Report is what became of one run of a lesson's checks.
type Report struct {
	Schema      string    `json:"schema"`
	Lesson      LessonRef `json:"lesson"`
	Verdict     Verdict   `json:"verdict"`
	Dir         string    `json:"dir"` // the code under test
	Seed        uint64    `json:"seed"`
	Infra       string    `json:"infra,omitempty"`
	Started     time.Time `json:"started"`
	ElapsedMS   int64     `json:"elapsed_ms"`
	Interrupted bool      `json:"interrupted,omitempty"`
	RunDir      string    `json:"run_dir,omitempty"`
	Results     []Result  `json:"results"`
	Holes       []Hole    `json:"holes,omitempty"` // parts of the task, when the lesson has several
}

// Count returns how many results have the verdict.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, res := range r.Results {
		if res.Verdict == v {
			n++
		}
	}
	return n
}
