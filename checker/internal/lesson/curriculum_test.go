package lesson_test

import (
	"testing"

	"stagecraft/checker/internal/lesson"
)

const repositoryRoot = "../../.."

func TestCurriculum_NumbersAreContiguousAndNamesUnique(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for i, e := range lesson.Curriculum() {
		if e.Number != i+1 || e.Slug == "" || e.Title == "" || e.Kind == "" || e.Stage < 1 || e.Stage > 4 {
			t.Errorf("entry %d is incomplete or has another number: %+v", i+1, e)
		}
		for _, name := range append(e.Was, e.Name(), e.Slug) {
			if names[name] {
				t.Errorf("%s is listed twice", name)
			}
			names[name] = true
		}
	}
}

func TestCurriculum_WrittenLessons_HaveTheirFinalNumber(t *testing.T) {
	t.Parallel()
	lessons, err := lesson.Load(repositoryRoot)
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]lesson.Entry{}
	for _, e := range lesson.Curriculum() {
		entries[e.Name()] = e
	}
	for _, l := range lessons {
		e, ok := entries[l.Name()]
		if !ok || e.Stage != lesson.StageNumber(l.Stage) || e.Kind != l.Kind || e.Title != l.Title {
			t.Errorf("%s: lesson.md says %q, %s, %s; the curriculum %+v", l.Name(), l.Title, l.Kind, l.Stage, e)
		}
	}
}
