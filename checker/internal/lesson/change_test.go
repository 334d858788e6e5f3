package lesson_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"stagecraft/checker/internal/lesson"
)

var update = flag.Bool("update", false, "write change.diff of every review")

func TestChangeDiff_OfEveryReview_IsTheChangeFromBeforeToStarter(t *testing.T) {
	t.Parallel()
	lessons, err := lesson.Load(repositoryRoot)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		if l.Kind != lesson.Review {
			continue
		}
		change, err := l.Change(repositoryRoot)
		if err != nil {
			t.Fatalf("%s: %v", l.Name(), err)
		}
		if *update {
			if err := os.WriteFile(filepath.Join(l.Dir, lesson.ChangeFile), []byte(change), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if l.ChangeDiff() != change {
			t.Errorf("%s: change.diff is out of date; run this test with -update", l.Name())
		}
	}
}
