package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"stagecraft/checker/internal/demo"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/tui"
)

// showDemo shows a running stage in tabs: what to try, and the logs of every service.
func (a *app) showDemo(ctx context.Context, title string, options demo.Options) error {
	dir := filepath.Join(options.Root, ".stagecraft", "demo")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("keep the demo's tokens: %w", err)
	}
	defer os.RemoveAll(dir)
	return tui.RunServices(ctx, title, os.Getenv("NO_COLOR") != "", func(ctx context.Context, screen tui.ServicesScreen) error {
		options.Out = &exports{out: func(line string) { fmt.Fprint(screen.Lines, line) }, dir: dir, names: map[string]string{}}
		options.OnLog = func(l stack.Line) { screen.Log(l.Service, l.Raw) }
		return demo.Run(ctx, options)
	}, a.err)
}

// exports puts the tokens of printed commands into shell variables, each set once by an export line: a token is longer than a line, and what
// is longer than a line is hard to copy. With dir the token lies in a file there, and the line reads it.
type exports struct {
	out   func(line string)
	dir   string
	names map[string]string // token to variable
}

var bearer = regexp.MustCompile(`'Authorization: Bearer ([A-Za-z0-9._-]+)'`)

// Write takes whole lines.
func (e *exports) Write(line []byte) (int, error) {
	short := bearer.ReplaceAllFunc(line, func(header []byte) []byte {
		token := string(bearer.FindSubmatch(header)[1])
		name, known := e.names[token]
		if !known {
			name = "TOKEN"
			if len(e.names) > 0 {
				name = fmt.Sprintf("TOKEN%d", len(e.names)+1)
			}
			value := token
			if e.dir != "" {
				file := filepath.Join(e.dir, name)
				if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
					return header
				}
				value = fmt.Sprintf("$(cat '%s')", file)
			}
			e.names[token] = name
			e.out("export " + name + "=" + value)
		}
		return fmt.Appendf(nil, `"Authorization: Bearer $%s"`, name)
	})
	e.out(strings.TrimSuffix(string(short), "\n"))
	return len(line), nil
}
