package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/tui"
)

// showDemo shows a running stage in tabs: what to try, and the logs of every service.
func (a *app) showDemo(ctx context.Context, title string, options stack.DemoOptions) error {
	dir := filepath.Join(options.Root, ".stagecraft", "demo")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep the demo's tokens: %w", err)
	}
	defer os.RemoveAll(dir)
	return tui.RunServices(ctx, title, os.Getenv("NO_COLOR") != "", func(ctx context.Context, screen tui.ServicesScreen) error {
		options.Out = &shortener{out: screen.Lines, dir: dir, names: map[string]string{}}
		options.OnLog = func(l stack.Line) { screen.Log(l.Service, l.Raw) }
		return stack.RunDemo(ctx, options)
	}, a.err)
}

// shortener puts the tokens of the commands into files and shell variables: on a screen a token is longer than a line,
// and what is longer than a line cannot be copied.
type shortener struct {
	out   io.Writer
	dir   string
	names map[string]string // token to variable
}

var bearer = regexp.MustCompile(`'Authorization: Bearer ([A-Za-z0-9._-]+)'`)

// Write takes whole lines.
func (s *shortener) Write(line []byte) (int, error) {
	short := bearer.ReplaceAllFunc(line, func(header []byte) []byte {
		token := string(bearer.FindSubmatch(header)[1])
		name, known := s.names[token]
		if !known {
			name = fmt.Sprintf("TOKEN%d", len(s.names)+1)
			file := filepath.Join(s.dir, name)
			if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
				return header
			}
			s.names[token] = name
			fmt.Fprintf(s.out, "%s=$(cat '%s')\n", name, file)
		}
		return fmt.Appendf(nil, `"Authorization: Bearer $%s"`, name)
	})
	if _, err := s.out.Write(bytes.TrimSuffix(short, []byte("\n"))); err != nil {
		return 0, err
	}
	return len(line), nil
}
