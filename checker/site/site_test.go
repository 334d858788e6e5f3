package site_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stagecraft/checker/site"
)

// repository makes a small repository with one handbook page and one lesson; files replaces or adds.
func repository(t *testing.T, files map[string]string) (root string) {
	t.Helper()
	root = t.TempDir()
	all := map[string]string{
		"docs/nav.yaml":               "sections:\n  - title: Start\n    pages: [README.md, docs/a.md]\n",
		"README.md":                   "# Readme\n\nSee [a](docs/a.md#second-part) and [code](stage1-mvp/a.go).\n",
		"docs/a.md":                   "# Page A\n\n## Second part\n\n> [!WARNING]\n> Take care.\n\n```go quote=stage1-mvp/a.go#F\n```\n\n<script>alert(1)</script>\n",
		"stage1-mvp/a.go":             "package a\n\n// F adds.\nfunc F(a, b int) int { return a + b }\n",
		"lessons/01-one/lesson.md":    "---\ntitle: One\nstage: stage1-mvp\nkind: implement\nminutes: 5\nchecks: [c]\n---\n\n## Why\n\nText.\n",
		"lessons/01-one/hints.yaml":   "c: [a, b, c]\n",
		"lessons/01-one/recap.md":     "# Recap\n\nDone.\n",
		"lessons/01-one/starter/a.go": "package a\n",
	}
	for name, body := range files {
		all[name] = body
	}
	for name, body := range all {
		write(t, root, name, body)
	}
	return root
}

func write(t *testing.T, root, name, body string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestBuild_GoodRepository_HasPagesQuotesAndSources(t *testing.T) {
	t.Parallel()
	s, err := site.Build(repository(t, map[string]string{
		"docs/a.md":       "# Page A\n\n## Second part\n\n> [!WARNING]\n> Take care.\n\n```go quote=stage1-mvp/a.go#F\n```\n\n<script>alert(1)</script>\n\n```text diagram=x.d2\na --> b\n```\n\n## After the diagram\n\n[code](../stage1-mvp/b.go)\n",
		"docs/x.d2":       "a -> b\n",
		"stage1-mvp/b.go": "package a\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	a := string(s.Files["a.html"])
	for _, want := range []string{`<h2 id="second-part">`, `class="alert warning"`, `<strong>Warning: </strong>`, "F adds.", `<p class="quoted"><a href="source/stage1-mvp/a.go.html#L4">stage1-mvp/a.go</a></p>`, `class="diagram"`, "a --&gt; b", `<li class="l2"><a href="#after-the-diagram">`, `href="source/stage1-mvp/b.go.html"`} {
		if !strings.Contains(a, want) {
			t.Errorf("a.html lacks %q", want)
		}
	}
	if strings.Contains(a, "<script>alert") {
		t.Error("raw HTML of the markdown is on the page")
	}
	for _, name := range []string{"index.html", "lessons/01-one/index.html", "lessons/01-one/recap.html", "source/stage1-mvp/a.go.html", "search-index.js", "site.css"} {
		if s.Files[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	if index := string(s.Files["index.html"]); !strings.Contains(index, `href="a.html#second-part"`) {
		t.Errorf("the link to a section of another page is wrong:\n%s", index)
	}
}

func TestBuild_BrokenRepository_NamesTheFault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, body, want string }{
		"dead link":        {"README.md", "# R\n\n[x](docs/none.md)\n", "dead link to docs/none.md"},
		"dead anchor":      {"README.md", "# R\n\n[x](docs/a.md#nowhere)\n", "docs/a.md#nowhere"},
		"missing image":    {"README.md", "# R\n\n![x](docs/none.svg)\n", "image docs/none.svg is missing"},
		"gone declaration": {"docs/a.md", "# A\n\n```go quote=stage1-mvp/a.go#Gone\n```\n", "Gone is not declared"},
		"no hints":         {"lessons/01-one/hints.yaml", "{}\n", "check c has no hints"},
		"bad diagram":      {"docs/a.md", "# A\n\n```text diagram=none.d2\nx\n```\n", "diagram docs/none.d2"},
		"no heading":       {"docs/a.md", "text\n", "docs/a.md: the page has no heading"},
	} {
		_, err := site.Build(repository(t, map[string]string{c.file: c.body}))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: expected an error that says %q, seen %v", name, c.want, err)
		}
	}
}

func TestWrite_StalePage_IsRemovedAndForeignFilesStay(t *testing.T) {
	t.Parallel()
	root, dir := repository(t, nil), t.TempDir()
	foreign := filepath.Join(dir, "mine.txt")
	if err := os.WriteFile(foreign, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	write := func() {
		s, err := site.Build(root)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	write()
	if err := os.Remove(filepath.Join(root, "lessons/01-one/recap.md")); err != nil {
		t.Fatal(err)
	}
	write()
	if _, err := os.Stat(filepath.Join(dir, "lessons/01-one/recap.html")); err == nil {
		t.Error("the page of a removed file is still there")
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a file that the site did not write was removed")
	}
}

func TestServe_SavedPage_IsLive(t *testing.T) {
	t.Parallel()
	root := repository(t, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- site.Serve(ctx, root, listener, nil, io.Discard) }()
	base := "http://" + listener.Addr().String()
	live, err := http.Get(base + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer live.Body.Close()

	if err := os.WriteFile(filepath.Join(root, "docs/a.md"), []byte("# Page A\n\n## Second part\n\nnew words\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	saved := time.Now()
	if event, err := io.ReadAll(live.Body); err != nil || !strings.Contains(string(event), "data: changed") {
		t.Fatalf("no reload after a save: %q, %v", event, err)
	}
	t.Logf("live after %s", time.Since(saved))
	answer, err := http.Get(base + "/a.html")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(body), "new words") {
		t.Errorf("the saved page is not served: %v", err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("serve: %v", err)
	}
}
