package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"stagecraft/checker/internal/progress"
)

// lessonProgress is what a page shows of the learner's work on a lesson.
type lessonProgress struct {
	Verdict string `json:"verdict"` // pass once the lesson has passed, fail when the last run failed and none has passed, else started
	Summary string `json:"summary"`
}

// Progress answers with the learner's progress in the repository at root: a JSON object by the number of the lesson.
func Progress(root string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		p, err := progress.Load(root)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		all := map[string]lessonProgress{}
		for name, l := range p.Lessons {
			prefix, _, _ := strings.Cut(name, "-")
			if number, err := strconv.Atoi(prefix); err == nil {
				all[strconv.Itoa(number)] = describe(l)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(all) // the client is gone
	})
}

func describe(l *progress.Lesson) lessonProgress {
	passed := 0
	for _, verdict := range l.Verdicts {
		if verdict == "pass" {
			passed++
		}
	}
	switch {
	case l.RanAt.IsZero():
		return lessonProgress{"started", "started on " + l.StartedAt.Local().Format("2 January, 15:04") + ", not run yet"}
	case !l.PassedAt.IsZero():
		return lessonProgress{"pass", fmt.Sprintf("passed on %s; last run %s: %d of %d checks pass",
			l.PassedAt.Local().Format("2 January"), l.RanAt.Local().Format("2 January, 15:04"), passed, len(l.Verdicts))}
	}
	ran := l.RanAt.Local().Format("2 January, 15:04")
	return lessonProgress{"fail", fmt.Sprintf("last run %s: %d of %d checks pass", ran, passed, len(l.Verdicts))}
}
