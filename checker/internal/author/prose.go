package author

import (
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

	"stagecraft/checker/internal/author/proof"
	"stagecraft/checker/internal/checks"
	"stagecraft/checker/internal/lesson"
)

const (
	wantedHints        = 3
	wantedMutants      = 4
	wantedAlternatives = 1
)

// proseFaults are the faults of a lesson that need no run to find.
func proseFaults(root string, l lesson.Lesson) []string {
	var f proof.Finding
	known, err := checks.Find(l.Checks...)
	if err != nil {
		f.Fault("lesson.md: %v", err)
	}
	for _, id := range l.Checks {
		if n := len(l.Hints(id)); n != wantedHints {
			f.Fault("hints.yaml: %s has %d hints, it needs %d", id, n, wantedHints)
		}
	}
	for _, id := range l.Hinted() {
		checkID, _, _ := strings.Cut(id, ".")
		if !slices.Contains(l.Checks, checkID) {
			f.Fault("hints.yaml: the lesson has no check %s", checkID)
		}
		if n := len(l.Hints(id)); id != checkID && n == 0 {
			f.Fault("hints.yaml: %s has no hints", id)
		}
	}
	if _, err := readEquivalent(l); err != nil {
		f.Fault("%s", proof.OneLine(err))
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
			f.Fault("no topic is called %q", id)
		}
	}
	if _, err := lesson.Render(l.Body, root); err != nil {
		f.Fault("lesson.md: %s", proof.OneLine(err))
	}
	if _, err := lesson.Render(l.Instructor(), root); err != nil {
		f.Fault("instructor.md: %s", proof.OneLine(err))
	}
	if l.Instructor() == "" {
		f.Fault("instructor.md is missing")
	}
	f.Faults = append(f.Faults, changeFaults(root, l)...)
	if l.Recap() == "" {
		f.Fault("recap.md is missing")
	}
	if _, err := lesson.Render(l.Recap(), root); err != nil {
		f.Fault("recap.md: %s", proof.OneLine(err))
	}
	f.Faults = append(f.Faults, linkFaults(root, filepath.Join(l.Dir, "lesson.md"), l.Body)...)
	f.Faults = append(f.Faults, linkFaults(root, filepath.Join(l.Dir, "recap.md"), l.Recap())...)
	f.Faults = append(f.Faults, linkFaults(root, filepath.Join(l.Dir, "instructor.md"), l.Instructor())...)
	return f.Faults
}

// changeFaults are about the diff of a review.
func changeFaults(root string, l lesson.Lesson) []string {
	if l.Kind != lesson.Review {
		return nil
	}
	var f proof.Finding
	switch change, err := l.Change(root); {
	case err != nil:
		f.Fault("%s: %s", lesson.ChangeFile, proof.OneLine(err))
	case l.ChangeDiff() != change:
		f.Fault("%s is not the change from before/ to starter/; `go test ./checker/internal/lesson -run ChangeDiff -update` writes it", lesson.ChangeFile)
	}
	return f.Faults
}

// shapeFaults are about which variants there are.
func shapeFaults(l lesson.Lesson, variants []proof.Variant) []string {
	var f proof.Finding
	mutants, alternatives := 0, 0
	killers := map[string]bool{}
	for _, v := range variants {
		switch {
		case v.Mutant != nil:
			mutants++
			killers[v.Mutant.Check] = true
			if !slices.Contains(l.Checks, v.Mutant.Check) {
				f.Fault("%s names the check %s, which the lesson does not have", v.Name, v.Mutant.Check)
			}
		case strings.HasPrefix(v.Name, "alternative/"):
			alternatives++
		}
	}
	if l.Kind == lesson.Design {
		return f.Faults
	}
	if mutants < wantedMutants {
		f.Fault("%d mutants; at least %d are required", mutants, wantedMutants)
	}
	if alternatives < wantedAlternatives {
		f.Fault("no alternative: nothing shows that a correct solution unlike the reference passes")
	}
	for _, id := range l.Checks {
		if !killers[id] {
			f.Fault("%s has no mutant of its own: nothing shows that it fails for the right reason", id)
		}
	}
	return f.Faults
}

var heading = regexp.MustCompile(`[^\p{L}\p{N}\s_-]`)

// linkFaults are links of a markdown file that have no target. Links to web sites are not followed.
func linkFaults(root, file, body string) []string {
	var f proof.Finding
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
			f.Fault("%s: the link %s is malformed", where, target)
		case link.Scheme != "" || link.Host != "":
		case link.Path == "":
			if !anchors[link.Fragment] {
				f.Fault("%s: the link #%s matches no heading", where, link.Fragment)
			}
		default:
			path := filepath.Join(filepath.Dir(file), filepath.FromSlash(link.Path))
			if strings.HasPrefix(link.Path, "/") {
				path = filepath.Join(root, filepath.FromSlash(link.Path))
			}
			if _, err := os.Stat(path); err != nil {
				f.Fault("%s: the link %s has no target", where, target)
			}
		}
	}
	return f.Faults
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
