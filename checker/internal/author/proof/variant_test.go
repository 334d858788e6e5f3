package proof

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"stagecraft/checker/internal/lesson"
)

func TestWrite_SecondVariantInOneDirectory_LeavesNothingOfTheFirst(t *testing.T) {
	t.Parallel()
	root, dir := t.TempDir(), filepath.Join(t.TempDir(), "slot")
	for name, body := range map[string]string{"go.mod": "module shop\n", "a/a.go": "package a\n", "a/b/c.txt": "c"} {
		path := filepath.Join(root, "stage", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l := lesson.Lesson{Stage: "stage"}
	first := Variant{Lesson: l, Over: fstest.MapFS{"new/n.go": {Data: []byte("package n\n")}, "a/b.drop": {}, "go.mod": {Data: []byte("module other\n")}}}
	if err := first.Write(root, dir); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "a/a.go"), old, old); err != nil {
		t.Fatal(err)
	}
	if err := Reference(l).Write(root, dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"go.mod": "module shop\n", "a/a.go": "package a\n", "a/b/c.txt": "c"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: expected %q, seen %q, %v", name, want, got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("new/ of the first variant is still there")
	}
	if info, err := os.Stat(filepath.Join(dir, "a/a.go")); err != nil || time.Since(info.ModTime()) < time.Minute {
		t.Errorf("a/a.go is the same in both and was written again: %v", err)
	}
}
