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

func TestDir_FileWrittenRenamedOrInANewDirectory_ReportsASave(t *testing.T) {
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

func TestDir_EditorLeavesBackups_ReportsNothing(t *testing.T) {
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

func TestDir_ContextEnds_ChannelCloses(t *testing.T) {
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

func TestDir_DirectoryIsMissing_IsAnError(t *testing.T) {
	t.Parallel()
	if _, err := Dir(t.Context(), filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("no error")
	}
}

// As `reset` does it in another terminal: the watched directory is moved away and another takes its place.
func TestDir_DirectoryIsReplaced_ReportsThatAndLaterSaves(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir, fresh := filepath.Join(parent, "16-idempotency"), filepath.Join(parent, ".new")
	for _, made := range []string{dir, fresh} {
		if err := os.Mkdir(made, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "old.go"))
	write(t, filepath.Join(fresh, "new.go"))
	saves, err := Dir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, filepath.Join(parent, "backup")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, dir); err != nil {
		t.Fatal(err)
	}
	await(t, saves, "the directory was replaced")
	write(t, filepath.Join(dir, "after.go"))
	await(t, saves, "a save in the directory that replaced the first")
}

func TestDir_DirectoryIsASymbolicLink_ReportsASave(t *testing.T) {
	t.Parallel()
	real, link := t.TempDir(), filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	saves, err := Dir(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(real, "a.go"))
	await(t, saves, "a file behind a symbolic link")
}

// A mount without events, or no more inotify watches for this user.
func TestLoop_NoEventsToBeHad_PollingReportsASave(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := &watcher{dir: dir, poll: 20 * time.Millisecond}
	w.root, _ = os.Stat(dir)
	w.seen = w.look()
	saves := make(chan struct{}, 1)
	go w.loop(t.Context(), saves)
	write(t, filepath.Join(dir, "a.go"))
	await(t, saves, "a file on a mount without events")
	select {
	case <-saves:
		t.Error("one save was reported twice")
	case <-time.After(3 * Quiet):
	}
}
