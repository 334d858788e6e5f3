package author

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/lesson"
)

const (
	wantedHints        = 3
	wantedMutants      = 4
	wantedAlternatives = 1
)

// proseFaults are the faults of a lesson that show without running anything.
func proseFaults(root string, l lesson.Lesson) []string {
	var f finding
	known, err := checks.Find(l.Checks...)
	if err != nil {
		f.fault("lesson.md: %v", err)
	}
	for _, id := range l.Checks {
		if n := len(l.Hints(id)); n != wantedHints {
			f.fault("hints.yaml: %s has %d hints, it needs %d", id, n, wantedHints)
		}
	}
	for _, id := range l.HintedChecks() {
		if !slices.Contains(l.Checks, id) {
			f.fault("hints.yaml: the lesson has no check %s", id)
		}
	}
	topics := lesson.Topics()
	named := slices.Clone(l.Topics)
	for _, c := range known {
		if c.Topic != "" {
			named = append(named, c.Topic)
		}
	}
	slices.Sort(named)
	for _, id := range slices.Compact(named) {
		if !slices.ContainsFunc(topics, func(t lesson.Topic) bool { return t.ID == id }) {
			f.fault("no topic is called %q", id)
		}
	}
	if _, err := lesson.Render(l.Body, root); err != nil {
		f.fault("lesson.md: %s", oneLine(err))
	}
	if _, err := lesson.Render(l.Instructor(), root); err != nil {
		f.fault("instructor.md: %s", oneLine(err))
	}
	if l.Instructor() == "" {
		f.fault("instructor.md is missing")
	}
	f.faults = append(f.faults, linkFaults(root, filepath.Join(l.Dir, "lesson.md"), l.Body)...)
	f.faults = append(f.faults, linkFaults(root, filepath.Join(l.Dir, "instructor.md"), l.Instructor())...)
	return f.faults
}

// shapeFaults are about which variants there are.
func shapeFaults(l lesson.Lesson, variants []variant) []string {
	var f finding
	mutants, alternatives := 0, 0
	killers := map[string]bool{}
	for _, v := range variants {
		switch {
		case v.mutant != nil:
			mutants++
			killers[v.mutant.Check] = true
			if !slices.Contains(l.Checks, v.mutant.Check) {
				f.fault("%s names the check %s, which the lesson does not have", v.name, v.mutant.Check)
			}
		case strings.HasPrefix(v.name, "alternative/"):
			alternatives++
		}
	}
	if l.Kind == lesson.Design {
		return f.faults
	}
	if mutants < wantedMutants {
		f.fault("%d mutants, at least %d are needed", mutants, wantedMutants)
	}
	if alternatives < wantedAlternatives {
		f.fault("no alternative: is a right solution unlike the reference accepted?")
	}
	for _, id := range l.Checks {
		if !killers[id] {
			f.fault("%s has no mutant of its own: nothing shows that it can fail for the right reason", id)
		}
	}
	return f.faults
}

var heading = regexp.MustCompile(`[^\p{L}\p{N}\s_-]`)

// linkFaults are links of a markdown file that lead nowhere. Links into the web are not followed.
func linkFaults(root, file, body string) []string {
	var f finding
	source := []byte(body)
	where := filepath.Base(file)
	document := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	anchors := map[string]bool{}
	var targets []string
	_ = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			title := heading.ReplaceAllString(strings.ToLower(plain(n, source)), "")
			anchors[strings.Join(strings.Fields(title), "-")] = true
		case *ast.Link:
			targets = append(targets, string(n.Destination))
		case *ast.Image:
			targets = append(targets, string(n.Destination))
		}
		return ast.WalkContinue, nil
	})
	for _, target := range targets {
		link, err := url.Parse(target)
		switch {
		case err != nil:
			f.fault("%s: the link %s is malformed", where, target)
		case link.Scheme != "" || link.Host != "":
		case link.Path == "":
			if !anchors[link.Fragment] {
				f.fault("%s: the link #%s leads to no heading", where, link.Fragment)
			}
		default:
			path := filepath.Join(filepath.Dir(file), filepath.FromSlash(link.Path))
			if strings.HasPrefix(link.Path, "/") {
				path = filepath.Join(root, filepath.FromSlash(link.Path))
			}
			if _, err := os.Stat(path); err != nil {
				f.fault("%s: the link %s leads to nothing", where, target)
			}
		}
	}
	return f.faults
}

func plain(n ast.Node, source []byte) string {
	var out strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				out.Write(n.Segment.Value(source))
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// fileFaults are files that the learner is told to open and that the workspace does not have.
func fileFaults(l lesson.Lesson, dir string) []string {
	var f finding
	for _, name := range l.Files {
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name))); errors.Is(err, os.ErrNotExist) {
			f.fault("lesson.md: files names %s, which the starter does not have", name)
		}
	}
	return f.faults
}

func oneLine(err error) string { return strings.ReplaceAll(fmt.Sprint(err), "\n", "; ") }
