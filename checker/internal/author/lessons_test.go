package author_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"stagecraft/checker/internal/author"
)

// TestLessons proves on real servers the lessons that differ from lessons/verified.jsonl, and a sample of the others; `make verify-all`
// proves all of them. It is left out with -short.
func TestLessons(t *testing.T) {
	if testing.Short() {
		t.Skip("proves the lessons: it takes minutes and needs servers")
	}
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "lessons")); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	ctx := t.Context()
	began := time.Now()
	err = author.Verify(ctx, author.Options{Root: root, Out: &out, Changed: true})
	t.Logf("%s", out.String())
	if err != nil {
		t.Errorf("lessons: %v, after %s", err, time.Since(began).Round(time.Second))
	}
}
