package lesson

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"stagecraft/checker/internal/overlay"
)

var (
	fenceLine = regexp.MustCompile("^( {0,3})(`{3,}|~{3,})[ \t]*(.*?)[ \t]*$")
	quoteWord = regexp.MustCompile(`(?:^|\s)quote=(\S+)`)
)

// A Quote is a directive in prose: an empty fenced block with the info string `go quote=PATH#DECL`, where PATH is relative to the
// repository and DECL is what overlay.Quote takes; without #DECL the whole file is quoted.
type Quote struct {
	Line       int // of the opening fence in the body, from 1
	Path, Decl string
}

func (q Quote) String() string {
	if q.Decl == "" {
		return q.Path
	}
	return q.Path + "#" + q.Decl
}

// Quotes lists the directives of a markdown body.
func Quotes(body string) []Quote {
	var all []Quote
	_, _ = walk(body, func(q Quote) (string, int, error) {
		all = append(all, q)
		return "", 0, nil
	})
	return all
}

// Render fills every quote of a markdown body with the code it names, read from the repository at root. Other blocks, d2 among them,
// stay as they are. The info string of a filled block names its source: `go source=PATH#L7`. Quotes that cannot be filled say so in their block and in the error, so that the rest can still be read.
func Render(body, root string) (string, error) {
	return walk(body, func(q Quote) (string, int, error) { return q.read(root) })
}

// read returns the code and the line of its file in which it begins, 0 when that is not known.
func (q Quote) read(root string) (text string, line int, err error) {
	if !filepath.IsLocal(filepath.FromSlash(q.Path)) {
		return "", 0, fmt.Errorf("quote %s: the path must lie in the repository", q)
	}
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(q.Path)))
	if err != nil {
		return "", 0, fmt.Errorf("quote %s: there is no such file", q)
	}
	if q.Decl == "" {
		return string(source), 1, nil
	}
	if !strings.HasSuffix(q.Path, ".go") {
		return "", 0, fmt.Errorf("quote %s: only Go files have declarations", q)
	}
	key := quoteKey{string(source), q.Decl}
	if known, ok := quoted.Load(key); ok {
		return known.(string), lineOf(known.(string), key.source), nil
	}
	text, err = overlay.Quote(source, q.Decl)
	if err != nil {
		return "", 0, fmt.Errorf("quote %s: %w", q, err)
	}
	quoted.Store(key, text)
	return text, lineOf(text, key.source), nil
}

// quoted remembers quotes: a site that is built at each save would parse the same files each time.
var quoted sync.Map // quoteKey → string

type quoteKey struct{ source, decl string }

// lineOf finds the first line of a declaration that is no comment in its file.
func lineOf(text, source string) int {
	for want := range strings.Lines(text) {
		want = strings.TrimSpace(want)
		if want == "" || strings.HasPrefix(want, "//") {
			continue
		}
		for i, line := range strings.Split(source, "\n") {
			if strings.TrimSpace(line) == want {
				return i + 1
			}
		}
		break
	}
	return 0
}

// walk copies body, the code of each quote put into its block.
func walk(body string, fill func(Quote) (string, int, error)) (string, error) {
	var (
		out    strings.Builder
		faults []error
		fence  string // the open fence; "" outside
		skip   bool   // inside a quote: what an author left in it is not shown
		number int
	)
	for line := range strings.Lines(body) {
		number++
		found := fenceLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		switch {
		case fence != "":
			if found != nil && strings.HasPrefix(found[2], fence) && found[3] == "" {
				fence, skip = "", false
			}
			if !skip {
				out.WriteString(line)
			}
		case found != nil:
			fence = found[2]
			info := found[3]
			quote := quoteWord.FindStringSubmatch(info)
			if quote == nil {
				out.WriteString(line)
				continue
			}
			skip = true
			q := Quote{Line: number}
			q.Path, q.Decl, _ = strings.Cut(quote[1], "#")
			text, line, err := fill(q)
			if err != nil {
				faults = append(faults, fmt.Errorf("line %d: %w", number, err))
				text = "// " + err.Error() + "\n"
			}
			if text != "" && !strings.HasSuffix(text, "\n") {
				text += "\n"
			}
			for strings.Contains(text, fence) {
				fence += fence[:1] // the code may hold a fence itself
			}
			info = strings.TrimSpace(quoteWord.ReplaceAllString(info, ""))
			info += " source=" + q.Path
			if line > 1 {
				info += fmt.Sprintf("#L%d", line)
			}
			out.WriteString(found[1] + fence + info + "\n" + text)
			fence = found[2]
		default:
			out.WriteString(line)
		}
	}
	return out.String(), errors.Join(faults...)
}
