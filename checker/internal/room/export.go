package room

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// exported is a learner's work in a lesson, as spreadsheets and programs get it. A learner who has begun nothing has one without a lesson.
type exported struct {
	Name      string    `json:"name"`
	Left      bool      `json:"left"`
	Lesson    int       `json:"lesson,omitempty"`
	Title     string    `json:"title,omitempty"`
	State     string    `json:"state"`
	Passing   int       `json:"passing"`
	Checks    int       `json:"checks"`
	Failure   string    `json:"failure,omitempty"`
	Runs      int       `json:"runs"`
	Hints     int       `json:"hints"`
	StartedAt time.Time `json:"started_at,omitzero"`
	RanAt     time.Time `json:"ran_at,omitzero"`
	PassedAt  time.Time `json:"passed_at,omitzero"`
}

func (r *Room) exported() []exported {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []exported
	for _, l := range r.all() {
		if len(l.work) == 0 {
			all = append(all, exported{Name: l.Name, Left: l.Left, State: notStarted})
		}
		for _, lesson := range r.Lessons {
			w := l.work[lesson.Name]
			if w == nil {
				continue
			}
			e := exported{
				Name: l.Name, Left: l.Left, Lesson: lesson.Number, Title: lesson.Title, State: w.state(), Checks: len(lesson.Checks),
				Failure: w.failure, Runs: w.runs, Hints: w.hints, StartedAt: w.startedAt, RanAt: w.ranAt, PassedAt: w.passedAt,
			}
			for _, verdict := range w.verdicts {
				if verdict == "pass" {
					e.Passing++
				}
			}
			all = append(all, e)
		}
	}
	return all
}

func (r *Room) exportJSON(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="room.json"`)
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	_ = out.Encode(struct {
		Room     string     `json:"room"`
		Exported time.Time  `json:"exported"`
		Work     []exported `json:"work"`
	}{r.Name(), r.Now(), r.exported()}) // the client is gone
}

func (r *Room) exportCSV(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="room.csv"`)
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.Local().Format("2006-01-02 15:04:05")
	}
	writeRow(w, "name", "left", "lesson", "title", "state", "passing", "checks", "failure", "runs", "hints", "started", "last run", "passed")
	for _, e := range r.exported() {
		writeRow(w, e.Name, e.Left, e.Lesson, e.Title, e.State, e.Passing, e.Checks, e.Failure, e.Runs, e.Hints,
			at(e.StartedAt), at(e.RanAt), at(e.PassedAt))
	}
}

// separators end a cell in some spreadsheet of some country.
var separators = strings.NewReplacer(",", " ", ";", " ", "|", " ", "\t", " ", "\n", " ", "\r", " ", `"`, "'")

// writeRow writes cells that no spreadsheet takes for a formula or for two cells.
func writeRow(w http.ResponseWriter, cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		text := strings.TrimSpace(separators.Replace(fmt.Sprint(c)))
		if strings.IndexAny(text, "=+-@") == 0 {
			text = "'" + text
		}
		row[i] = `"` + text + `"`
	}
	fmt.Fprint(w, strings.Join(row, ",")+"\r\n")
}
