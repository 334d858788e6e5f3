package findings

import (
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"stagecraft/checker/internal/overlay"
)

// A Grade is what became of a document.
type Grade struct {
	Found       []Match
	Missed      []Defect
	Unclear     []Unclear
	FalseAlarms []Finding
}

// A Match is a defect and the finding that names it.
type Match struct {
	Defect  Defect
	Finding Finding
}

// An Unclear finding is near to a defect and does not name it.
type Unclear struct {
	Finding Finding
	Why     string
}

// Clean says whether everything was found and nothing else.
func (g Grade) Clean() bool { return len(g.Missed)+len(g.Unclear)+len(g.FalseAlarms) == 0 }

// Reasons of Unclear.
const (
	unclearWords = "the place is right; say what is wrong there, and why it matters"
	unclearPlace = "something like it is wrong in this file, but not at this line"
)

// Judge grades findings. tree is the code as the learner got it; change is the diff that came with it, whose lines may be named as well.
func (s Sheet) Judge(tree fs.FS, change string, findings []Finding) (Grade, error) {
	type expected struct {
		Defect
		places []place
		by     *Finding
	}
	all := make([]expected, len(s.Defects))
	for i, d := range s.Defects {
		places, err := resolve(tree, d.Places)
		if err != nil {
			return Grade{}, err
		}
		all[i] = expected{Defect: d, places: places}
	}
	accepted, err := resolve(tree, s.Accepted)
	if err != nil {
		return Grade{}, err
	}
	holds := func(places []place, f Finding) bool {
		for _, p := range places {
			if p.holds(f) {
				return true
			}
		}
		return false
	}

	var g Grade
	for _, f := range findings {
		f := inCode(f, change).withLines(tree, s.files())
		var here, named, same *expected // by place; by place and words; by words in one of its files
		for i := range all {
			e := &all[i]
			at, says := holds(e.places, f), e.says(f.Text)
			switch {
			case at && says && (named == nil || named.by != nil):
				named = e
			case at:
				here = e
			case says && inFileOf(e.places, f):
				same = e
			}
		}
		switch {
		case named != nil:
			if named.by == nil {
				named.by = &f
			}
		case here != nil && !holds(accepted, f):
			g.Unclear = append(g.Unclear, Unclear{f, unclearWords})
		case same != nil:
			g.Unclear = append(g.Unclear, Unclear{f, unclearPlace})
		case !holds(accepted, f):
			g.FalseAlarms = append(g.FalseAlarms, f)
		}
	}
	for _, e := range all {
		if e.by == nil {
			g.Missed = append(g.Missed, e.Defect)
		} else {
			g.Found = append(g.Found, Match{e.Defect, *e.by})
		}
	}
	g.forget()
	return g, nil
}

// withLines gives a finding that names a declaration the lines of it, when one of the files has it.
func (f Finding) withLines(tree fs.FS, files []string) Finding {
	if f.Decl == "" {
		return f
	}
	for _, file := range files {
		source, err := fs.ReadFile(tree, file)
		if err != nil || !sameFile(file, f.File) {
			continue
		}
		if first, last, err := overlay.Lines(source, f.Decl); err == nil {
			f.Line, f.Last, f.exact = first, last, true
		}
	}
	return f
}

// files are those that the sheet names.
func (s Sheet) files() []string {
	var all []string
	places := slices.Clone(s.Accepted)
	for _, d := range s.Defects {
		places = append(places, d.Places...)
	}
	for _, at := range places {
		file, _, _ := strings.Cut(at, "#")
		file, _, _ = strings.Cut(file, "~")
		all = append(all, file)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// forget drops unclear findings about defects that another finding names: who has found all has nothing to make clear.
func (g *Grade) forget() {
	if len(g.Missed) == 0 {
		g.Unclear = nil
	}
}

func inFileOf(places []place, f Finding) bool {
	for _, p := range places {
		if sameFile(p.file, f.File) {
			return true
		}
	}
	return false
}

var hunk = regexp.MustCompile(`^@@ -\d+(?:,\d+)? \+(\d+)`)

// inCode turns a place in the diff, change.diff:57, into the place in the code.
func inCode(f Finding, change string) Finding {
	if !strings.HasSuffix(f.File, ".diff") {
		return f
	}
	file, at := "", 0
	for i, line := range strings.Split(change, "\n") {
		switch m := hunk.FindStringSubmatch(line); {
		case m != nil:
			at, _ = strconv.Atoi(m[1])
			at--
		case strings.HasPrefix(line, "+++ "):
			file = strings.TrimPrefix(strings.TrimPrefix(line, "+++ "), "b/")
		case strings.HasPrefix(line, "-"), strings.HasPrefix(line, "--- "):
		default:
			at++
		}
		if i+1 == f.Line {
			return Finding{At: f.At, File: file, Line: max(at, 1), Last: max(at, 1) + f.Last - f.Line, Text: f.Text}
		}
	}
	return f
}
