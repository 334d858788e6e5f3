package room

// Kinds of report.
const (
	KindStart = "start" // a lesson was opened
	KindRun   = "run"   // checks ran
	KindHint  = "hint"  // a hint was shown
)

// Report is all that a learner's checker tells the room about a lesson: no code, no path, no log.
type Report struct {
	ID       string            `json:"id"` // a repetition counts once
	Kind     string            `json:"kind"`
	AgeMS    int64             `json:"age_ms"` // how long ago it happened: the clocks of laptops differ
	Lesson   string            `json:"lesson"` // "01-order-state-machine"
	Verdicts map[string]string `json:"verdicts,omitempty"`
	Failures map[string]string `json:"failures,omitempty"` // check id → failure id
	Runs     int               `json:"runs"`               // of the lesson so far
	Hints    int               `json:"hints"`              // shown in the lesson so far
	Passed   bool              `json:"passed,omitempty"`   // whether it has ever passed
}

// News is what the room answers.
type News struct {
	Room     string `json:"room"`
	Seq      int    `json:"seq"` // grows when lesson or message change
	Lesson   int    `json:"lesson,omitempty"`
	LeftMS   int64  `json:"left_ms,omitempty"` // of the lesson's time; 0: no limit
	Passed   int    `json:"passed"`            // learners who have passed the lesson
	Learners int    `json:"learners"`
	Message  string `json:"message,omitempty"`
}

// Requests of a learner's checker.
type (
	joinRequest struct {
		Code  string `json:"code"`
		Name  string `json:"name"`
		Token string `json:"token"`
	}
	reportRequest struct {
		Reports []Report `json:"reports"`
	}
	handRequest struct {
		Up   bool   `json:"up"`
		Text string `json:"text"`
	}
)

// mark is a header of every answer of a room: another server at its address (a hotel's portal) does not have it.
const mark = "Stagecraft-Room"
