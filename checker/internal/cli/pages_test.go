package cli

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stagecraft/checker/internal/progress"
)

func get(t *testing.T, address string) string {
	t.Helper()
	response, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, response.Status, err)
	}
	return string(body)
}

func TestPages_Address_ServesLessonAndProgress(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, body := range map[string]string{
		"docs/nav.yaml":             "sections:\n  - title: Start\n    pages: [README.md]\n",
		"README.md":                 "# Readme\n",
		"lessons/01-one/lesson.md":  "---\ntitle: One\nstage: stage1-mvp\nkind: implement\nminutes: 5\nchecks: [c]\n---\n\nText.\n",
		"lessons/01-one/hints.yaml": "c: [a, b, c]\n",
		"stage1-mvp/a.go":           "package a\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := &pages{root: root}
	defer p.close()
	address, err := p.address("lessons/01-one/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if page := get(t, address); !strings.Contains(page, `data-lesson="1"`) {
		t.Errorf("expected the page of lesson 1, seen %s", page)
	}
	if _, err := progress.Update(root, func(p *progress.Progress) { p.Of("01-one").Verdicts["a"] = "pass" }); err != nil {
		t.Fatal(err)
	}
	again, err := p.address("progress.json")
	if err != nil {
		t.Fatal(err)
	}
	if seen := get(t, again); !strings.Contains(seen, `"1":{"verdict":"started"`) {
		t.Errorf("expected lesson 1 as started, seen %s", seen)
	}
}

func TestPages_BrokenSite_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	p := &pages{root: t.TempDir()}
	defer p.close()
	if _, err := p.address(""); err == nil || !strings.Contains(err.Error(), "nav.yaml") {
		t.Errorf("expected the fault of the build, seen %v", err)
	}
}
