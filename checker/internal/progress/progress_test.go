package progress_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"stagecraft/checker/internal/progress"
)

func TestSave_Load_ReturnsWhatWasSaved(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	p, err := progress.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	p.Current = "05-saga"
	p.Of("05-saga").Verdicts["a"] = "pass"
	if err := progress.Save(root, p); err != nil {
		t.Fatal(err)
	}
	again, err := progress.Load(root)
	if err != nil || again.Current != "05-saga" || again.Of("05-saga").Verdicts["a"] != "pass" || again.Notice != "" {
		t.Errorf("seen %+v, %v", again, err)
	}
}

func TestLoad_DamagedFile_IsMovedAside(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"cut off": `{"schema":"stagecraft.pro`, "empty": "", "another schema": `{"schema":"x/v9"}`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			if err := os.Mkdir(filepath.Join(root, ".stagecraft"), 0o755); err != nil {
				t.Fatal(err)
			}
			for range 2 { // twice in one second
				if err := os.WriteFile(progress.Path(root), []byte(body), 0o644); err != nil {
					t.Fatal(err)
				}
				if p, err := progress.Load(root); err != nil || p.Notice == "" || len(p.Lessons) != 0 {
					t.Fatalf("expected a fresh state and a notice, seen %+v, %v", p, err)
				}
			}
			kept, _ := filepath.Glob(progress.Path(root) + ".bad-*")
			if len(kept) != 2 {
				t.Fatalf("expected two files moved aside, seen %v", kept)
			}
			if got, _ := os.ReadFile(kept[0]); string(got) != body {
				t.Errorf("expected %q kept, seen %q", body, got)
			}
		})
	}
}

func TestUpdate_Concurrent_LosesNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			_, err := progress.Update(root, func(p *progress.Progress) { p.Of(fmt.Sprint(i)).Runs++ })
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if p, err := progress.Load(root); err != nil || len(p.Lessons) != 20 {
		t.Errorf("expected 20 lessons, seen %d, %v", len(p.Lessons), err)
	}
}
