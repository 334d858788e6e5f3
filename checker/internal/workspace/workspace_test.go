package workspace_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/workspace"
)

// shop makes a repository with one stage and one lesson.
func shop(t *testing.T) (root string, l lesson.Lesson) {
	t.Helper()
	root = t.TempDir()
	for name, body := range map[string]string{
		"go.mod":                         "module stagecraft\n",
		"stage9-x/go.mod":                "module shop\n\ngo 1.26.0\n",
		"stage9-x/a/a.go":                "package a\n\nimport \"shop/b\"\n\n// F is right.\nfunc F() int { return b.G() + unused }\n\nconst unused = 1\n",
		"stage9-x/a/a_test.go":           "package a\n\nvar _ = unused\n",
		"stage9-x/b/b.go":                "package b\n\nfunc G() int { return 1 }\n",
		"stage9-x/b/b_test.go":           "package b\n",
		"stage9-x/run.sh":                "#!/bin/sh\n",
		"lessons/01-one/lesson.md":       "---\ntitle: One\nstage: stage9-x\nkind: implement\nminutes: 1\nchecks: [c]\n---\nbody\n",
		"lessons/01-one/starter/a/a.go":  "package a\n\n// F is yours.\nfunc F() int { return 0 }\n\n//stagecraft:drop\nconst unused = 0\n",
		"lessons/01-one/starter/NOTE.md": "note",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(root, "stage9-x/run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	lessons, err := lesson.Load(root)
	if err != nil || len(lessons) != 1 {
		t.Fatalf("load: %d lessons, %v", len(lessons), err)
	}
	return root, lessons[0]
}

func TestStart_FreshWorkspace_Builds(t *testing.T) {
	t.Parallel()
	root, l := shop(t)
	made, err := workspace.Start(root, l, workspace.Own{})
	if err != nil || !made.Created {
		t.Fatalf("start: %+v, %v", made, err)
	}
	build := exec.Command("go", "vet", "./...")
	build.Dir, build.Env = made.Dir, append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("a fresh workspace does not build: %v\n%s", err, out)
	}
	for name, want := range map[string]bool{"a/a_test.go": false, "b/b_test.go": true, "NOTE.md": true} {
		if _, err := os.Stat(filepath.Join(made.Dir, name)); (err == nil) != want {
			t.Errorf("%s: expected to be there %v, seen %v", name, want, err)
		}
	}
	if info, err := os.Stat(filepath.Join(made.Dir, "run.sh")); err != nil || info.Mode().Perm()&0o100 == 0 {
		t.Errorf("run.sh is no longer executable: %v", err)
	}
	noLeftovers(t, root)
}

func TestStart_ExistingWorkspace_IsKept(t *testing.T) {
	t.Parallel()
	root, l := shop(t)
	made, err := workspace.Start(root, l, workspace.Own{})
	if err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(made.Dir, "a/a.go")
	write(t, mine, "package a // mine")
	again, err := workspace.Start(root, l, workspace.Own{})
	if err != nil || again.Created {
		t.Fatalf("second start: %+v, %v", again, err)
	}
	reads(t, mine, "package a // mine")

	if err := os.Remove(filepath.Join(made.Dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	if _, err := workspace.Start(root, l, workspace.Own{}); err == nil || !strings.Contains(err.Error(), "reset 1") {
		t.Errorf("a damaged workspace: expected an error that names reset, seen %v", err)
	}
	reads(t, mine, "package a // mine")
}

func TestReset_ExistingWorkspace_MovesToBackup(t *testing.T) {
	t.Parallel()
	root, l := shop(t)
	if _, err := workspace.Start(root, l, workspace.Own{}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 { // within one second: the names must differ all the same
		write(t, filepath.Join(workspace.Path(root, l), "mine.txt"), strings.Repeat("x", i))
		made, err := workspace.Reset(root, l, workspace.Own{})
		if err != nil {
			t.Fatal(err)
		}
		reads(t, filepath.Join(made.Backup, "mine.txt"), strings.Repeat("x", i))
		if _, err := os.Stat(filepath.Join(made.Dir, "mine.txt")); err == nil {
			t.Error("the new workspace holds the learner's old file")
		}
	}
	backups, err := workspace.Backups(root)
	if err != nil || len(backups) != 3 || backups[0].Lesson != "01-one" {
		t.Fatalf("backups: %+v, %v", backups, err)
	}
	reads(t, filepath.Join(backups[0].Dir, "mine.txt"), "xx")
	noLeftovers(t, root)
}

func TestReset_BrokenLesson_ChangesNothing(t *testing.T) {
	t.Parallel()
	root, l := shop(t)
	if _, err := workspace.Start(root, l, workspace.Own{}); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(workspace.Path(root, l), "mine.txt")
	write(t, mine, "mine")
	write(t, filepath.Join(l.Dir, "starter/a/a.go"), "package a\n\nfunc Gone() {}\n")
	if made, err := workspace.Reset(root, l, workspace.Own{}); err == nil || made.Backup != "" {
		t.Fatalf("expected an error and no backup, seen %+v, %v", made, err)
	}
	reads(t, mine, "mine")
	noLeftovers(t, root)
}

func TestStart_Concurrent_OneCreates(t *testing.T) {
	t.Parallel()
	root, l := shop(t)
	var group sync.WaitGroup
	created := make(chan bool, 8)
	for range 8 {
		group.Go(func() {
			made, err := workspace.Start(root, l, workspace.Own{})
			if err != nil {
				t.Error(err)
			}
			created <- made.Created
		})
	}
	group.Wait()
	close(created)
	n := 0
	for c := range created {
		if c {
			n++
		}
	}
	if n != 1 {
		t.Errorf("expected one start to make it, seen %d", n)
	}
	noLeftovers(t, root)
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

func reads(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s: expected %q, seen %q, %v", path, want, got, err)
	}
}

func noLeftovers(t *testing.T, root string) {
	t.Helper()
	if left, _ := filepath.Glob(filepath.Join(root, "workspace", ".new-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}
