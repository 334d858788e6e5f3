// Package documents has the check of what learners write beside the code: the findings of reviews and of searches for faults.
package documents

import (
	"fmt"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/findings"
	"stagecraft/checker/internal/lesson"
)

// Findings returns a check that grades the lesson's document of findings.
func Findings(id, topic, sentence string) check.Check {
	return check.Check{ID: id, Topic: topic, Sentence: sentence, Run: judge}
}

func judge(t *check.T) {
	l, err := lesson.Read(t.Root(), t.Lesson())
	t.Ours("read the lesson", err)
	t.Step("read %s and look up every place that it names", l.Text())
	grade, n, err := findings.Document(t.Root(), l, t.Dir(), t.Written())
	t.Ours("grade the findings", err)
	if grade.Clean() {
		return
	}
	f := check.Failure{
		ID: "missed", Sentence: l.Text() + ": " + grade.Summary(),
		Expected: fmt.Sprintf("%d findings, each with file:line, what is wrong and why it matters; no false alarm", len(grade.Found)+len(grade.Missed)),
		Seen:     strings.Join(grade.Lines(), "\n"),
		Why: fmt.Sprintf("A defect that is not named goes into production; a false alarm costs its author a day. "+
			"`go run ./checker findings %d` grades the file alone, with --show-missed it names what is missing.", l.Number),
	}
	switch {
	case n == 0:
		f.ID, f.Seen = "nothing-written", fmt.Sprintf("no finding in %s", l.Text())
	case len(grade.FalseAlarms) > 0 && len(grade.Missed) == 0:
		f.ID = "false-alarm"
	case len(grade.Unclear) > 0 && len(grade.Unclear) >= len(grade.Missed):
		f.ID = "unclear"
	}
	t.Fail(f)
}
