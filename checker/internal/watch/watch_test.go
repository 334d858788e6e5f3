package watch

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func write(t *testing.T, name string) {
	t.Helper()
	if err := os.WriteFile(name, []byte("package a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, saves <-chan struct{}, why string) {
	t.Helper()
	select {
	case <-saves:
	case <-time.After(5 * time.Second):
		t.Fatal("no save was reported: " + why)
	}
}

func TestSavesAreReportedWhereverTheyHappen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	deep := filepath.Join(dir, "order", "internal")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	saves, err := Dir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(deep, "a.go"))
	await(t, saves, "a new file")

	// As vim does: write beside, then rename over.
	write(t, filepath.Join(deep, "a.go~new.go"))
	if err := os.Rename(filepath.Join(deep, "a.go~new.go"), filepath.Join(deep, "a.go")); err != nil {
		t.Fatal(err)
	}
	await(t, saves, "a file renamed over another")

	late := filepath.Join(dir, "wallet")
	if err := os.MkdirAll(filepath.Join(late, "domain"), 0o755); err != nil {
		t.Fatal(err)
	}
	// The watch on the new directory begins a moment after it exists: write until it is seen.
	for deadline := time.Now().Add(5 * time.Second); ; {
		write(t, filepath.Join(late, "domain", "b.go"))
		select {
		case <-saves:
			return
		case <-time.After(200 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("a file in a new directory was not seen")
		}
	}
}

func TestWhatEditorsLeaveIsNoSave(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	saves, err := Dir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".a.go.swp", "a.go~", "4913", "#a.go#", "x.fail"} {
		write(t, filepath.Join(dir, name))
	}
	select {
	case <-saves:
		t.Fatal("a backup or swap file counted as a save")
	case <-time.After(5 * Quiet):
	}
	write(t, filepath.Join(dir, "a.go"))
	await(t, saves, "the file itself")
}

func TestTheChannelClosesWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	saves, err := Dir(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, ok := <-saves; ok {
		t.Error("a save without a change")
	}
}

func TestADirectoryThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := Dir(t.Context(), filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("no error")
	}
}
