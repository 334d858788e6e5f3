package report

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/check/timeline"
)

func TestEveryFieldIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/result-schema.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{check.Report{}, check.LessonRef{}, check.Result{}, check.Step{}, check.LogLine{}, timeline.Event{}} {
		for field := range reflect.TypeOf(v).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name != "-" && !strings.Contains(string(page), "`"+name+"`") && !strings.Contains(string(page), `"`+name+`"`) {
				t.Errorf("docs/result-schema.md says nothing about %s", name)
			}
		}
	}
	if !strings.Contains(string(page), check.Schema) {
		t.Errorf("docs/result-schema.md does not describe %s", check.Schema)
	}
}
