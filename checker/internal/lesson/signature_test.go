package lesson_test

import (
	"testing"

	"stagecraft/checker/internal/lesson"
)

func TestSignature_CompilerMessage_NamesTheLessonsFunctions(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"stage1-mvp/order/a.go":              "package order\n",
		"lessons/05-saga/lesson.md":          saga,
		"lessons/05-saga/starter/order/a.go": "package order\n\n// Confirm is yours.\nfunc (o *Order) Confirm(now time.Time) error { return nil }\n\nfunc Other() {}\n",
	})
	lessons, err := lesson.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	const want = "func (o *Order) Confirm(now time.Time) error"
	for message, want := range map[string]string{
		"missing: Order.Confirm":                         want,
		"not enough arguments in call to o.Confirm":      want,
		"undefined: nothing":                             "",
		"o.ConfirmAll undefined (type *Order has no …)":  "",
		"cannot use (*Order).Confirm (value of type …)":  want,
		"declared and not used: confirmed":               "",
		"Other redeclared in this block":                 "func Other()",
		"assignment mismatch: 2 variables but o.Confirm": want,
	} {
		if got := lessons[0].Signature(message); got != want {
			t.Errorf("%s: %q, want %q", message, got, want)
		}
	}
}

func TestHints_FailureWithoutHints_FallsBackToTheCheck(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"stage1-mvp/order/a.go":      "package order\n",
		"lessons/05-saga/lesson.md":  saga,
		"lessons/05-saga/hints.yaml": "saga-a:\n  - general\nsaga-a.order:\n  - about order\nsaga-b.crash:\n  - about the crash\n",
	})
	lessons, err := lesson.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	for failure, want := range map[string]string{
		"saga-a": "general", "saga-a.other": "general", "saga-a.order": "about order", "saga-b.crash": "about the crash",
		"saga-a.crash": "", "saga-a.compile": "", "saga-a.signature": "", "saga-b": "",
	} {
		got := ""
		if hints := lessons[0].Hints(failure); len(hints) > 0 {
			got = hints[0]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", failure, got, want)
		}
	}
}
