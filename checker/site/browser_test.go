package site_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"stagecraft/checker/site"
)

// axe-core 4.14.1, MPL 2.0 (testdata/axe.LICENSE): the accessibility rules that a browser can check.
//
//go:embed testdata/axe.min.js
var axe string

// browser starts a headless Chromium. In CI it must be there; elsewhere the test says how to install it and is skipped.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const missing = "no Chromium on this machine; on Debian: apt-get install --no-install-recommends chromium"
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("headless", "new"))
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	ctx, cancel = context.WithTimeout(ctx, 15*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// scheme makes the browser prefer a light or a dark theme.
func scheme(t *testing.T, ctx context.Context, value string) {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// open goes to a page and waits until its script has run.
func open(dir, url string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.Navigate("file://"+filepath.Join(dir, filepath.FromSlash(url))), chromedp.WaitReady("#q:enabled"))
}

// written builds the repository's site into a directory of the test.
func written(t *testing.T) (dir string, s *site.Site) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if s, err = site.Build(root); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir, s
}

// problems collects what the console and the network report.
type problems struct {
	mu    sync.Mutex
	found []string
}

func (p *problems) see(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.found = append(p.found, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" {
			p.found = append(p.found, fmt.Sprintf("console: %s", e.Args[0].Value))
		}
	case *log.EventEntryAdded:
		p.found = append(p.found, "log: "+e.Entry.Text)
	case *network.EventLoadingFailed:
		p.found = append(p.found, "request failed: "+e.ErrorText)
	}
}

func (p *problems) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.found
	p.found = nil
	return found
}

// What is folded is looked at as well.
const violations = `document.querySelectorAll("details").forEach(d => d.open = true); axe.run(document, {preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}).then(r =>
	JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ")).join("; "))))`

// Every page, from file://, without a server: no error, no failed request, nothing wider than a narrow screen, no violation of the
// accessibility rules in either theme.
func TestPages_FromFile_AreSoundAndAccessible(t *testing.T) {
	dir, s := written(t)
	ctx := browser(t)
	seen := &problems{}
	if err := chromedp.Listen(ctx, seen.see); err != nil {
		t.Fatal(err)
	}
	for i, p := range s.Pages {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 740), open(dir, p.URL)); err != nil {
			t.Fatalf("%s: %v", p.URL, err)
		}
		overflow, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth`))
		if err != nil {
			t.Fatalf("%s: %v", p.URL, err)
		}
		if overflow {
			t.Errorf("%s: wider than a screen of 360 px", p.URL)
		}
		theme := []string{"light", "dark"}[i%2]
		scheme(t, ctx, theme)
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), open(dir, p.URL)); err != nil {
			t.Fatalf("%s: %v", p.URL, err)
		}
		// All pages of changes are made alike, and axe takes a minute for the largest: it looks at the small ones.
		if strings.HasPrefix(p.URL, "changes/") && len(s.Files[p.URL]) > 200_000 {
			continue
		}
		report, err := chromedp.Run(ctx, chromedp.Evaluate[string](axe+";"+violations, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", p.URL, err)
		}
		var found []string
		if err := json.Unmarshal([]byte(report), &found); err != nil {
			t.Fatalf("%s: %v", p.URL, err)
		}
		for _, violation := range append(found, seen.take()...) {
			t.Errorf("%s (%s): %s", p.URL, theme, violation)
		}
	}
}

// slash presses the key that leads to the search field. (The driver's own key press would type it there as well.)
func slash(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
	focused, err := chromedp.Evaluate[string](`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true})), document.activeElement.id`)(ctx, target)
	if err == nil && focused != "q" {
		err = fmt.Errorf("the key / leads to %q, not to the search field", focused)
	}
	return chromedp.Void{}, err
}

// Search finds a word of every lesson, from file://, by keyboard alone.
func TestSearch_TermOfEachLesson_IsFound(t *testing.T) {
	dir, s := written(t)
	ctx := browser(t)
	for _, p := range s.Pages {
		if p.Lesson == nil {
			continue
		}
		if err := chromedp.Do(ctx, open(dir, "index.html"), slash, chromedp.SendKeys("#q", p.Lesson.Title), chromedp.WaitVisible("#found a")); err != nil {
			t.Errorf("search %q: %v", p.Lesson.Title, err)
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		arrived := fmt.Sprintf(`body[data-lesson="%d"]`, p.Lesson.Number)
		if err := chromedp.Do(ctx, chromedp.KeyEvent("\r"), chromedp.WaitReady(arrived)); err != nil {
			t.Errorf("search %q: enter does not lead to the lesson: %v", p.Lesson.Title, err)
		}
	}
}

func TestTheme_FollowsTheSystem(t *testing.T) {
	dir, _ := written(t)
	ctx := browser(t)
	colours := map[string]string{}
	for _, theme := range []string{"light", "dark"} {
		scheme(t, ctx, theme)
		if err := chromedp.Do(ctx, open(dir, "index.html")); err != nil {
			t.Fatal(err)
		}
		colour, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
		if err != nil {
			t.Fatal(err)
		}
		colours[theme] = colour
	}
	if colours["light"] == colours["dark"] {
		t.Errorf("both themes have the background %s", colours["light"])
	}
}

// Without JavaScript everything but search works.
func TestPages_WithoutJavaScript_AreReadable(t *testing.T) {
	dir, _ := written(t)
	ctx := browser(t)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+filepath.Join(dir, "glossary.html"))); err != nil {
		t.Fatal(err)
	}
	text, err := chromedp.Run(ctx, chromedp.Text("article"))
	if err != nil || !strings.Contains(text, "Idempotent") {
		t.Errorf("the glossary is not readable without scripts: %v, %q", err, text)
	}
}
