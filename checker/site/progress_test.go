package site_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"stagecraft/checker/internal/progress"
	"stagecraft/checker/site"
)

// Served, a lesson shows its last result and a tick in the list of pages; from file:// it shows neither.
func TestProgress_Served_ShowsTickAndLastResult(t *testing.T) {
	ctx := browser(t)
	root := repository(t, nil)
	_, err := progress.Update(root, func(p *progress.Progress) {
		l := p.Of("01-one")
		l.RanAt, l.PassedAt = time.Now(), time.Now()
		l.Verdicts["c"] = "pass"
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go site.Serve(t.Context(), root, listener, site.Progress(root), io.Discard) //nolint:errcheck // it ends with the test
	seen := &problems{}
	if err := chromedp.Listen(ctx, seen.see); err != nil {
		t.Fatal(err)
	}
	page := "http://" + listener.Addr().String() + "/lessons/01-one/index.html"
	if err := chromedp.Do(ctx, chromedp.Navigate(page), chromedp.WaitVisible(".result.pass"), chromedp.WaitVisible(`.pages a.pass[data-lesson="1"]`)); err != nil {
		t.Fatalf("neither tick nor result: %v", err)
	}
	for _, problem := range seen.take() {
		t.Error(problem)
	}
	s, err := site.Build(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := s.Write(dir); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, open(dir, "lessons/01-one/index.html")); err != nil {
		t.Fatal(err)
	}
	hidden, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.querySelector(".result").hidden && !document.querySelector("a.pass")`))
	if err != nil || !hidden {
		t.Errorf("the page from a file shows progress (%v)", err)
	}
}
