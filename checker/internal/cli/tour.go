package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"stagecraft/checker/internal/tui"
)

// pageLink is a link to another page of docs/. On a terminal it is shown as a path from the root.
var pageLink = regexp.MustCompile(`\]\(([a-z-]+\.md)\)`)

// isTour reports whether the arguments name lesson 0, the tour, which has a page and no checks.
func isTour(args []string) bool { return len(args) == 1 && (args[0] == "0" || args[0] == "tour") }

// tour shows docs/tour.md: as a page on a terminal, else as text.
func (a *app) tour(ctx context.Context, out io.Writer, page bool) error {
	s, err := a.studio()
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(s.root, "docs", "tour.md"))
	if err != nil {
		return fmt.Errorf("read the tour: %w", err)
	}
	text := pageLink.ReplaceAllString(strings.TrimSpace(string(raw)), "](docs/$1)")
	if page && a.screen.interactive {
		return tui.RunPage(ctx, "0 · A tour of the workshop", text, os.Getenv("NO_COLOR") != "", a.err)
	}
	if a.screen.colour {
		text = tui.Markdown(text, a.screen.width)
	}
	_, err = fmt.Fprintln(out, text)
	return err
}
