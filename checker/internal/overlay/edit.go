package overlay

import (
	"slices"
	"sort"
	"strings"
)

// alone is the unit's text as a declaration of its own.
func (f *file) alone(u *unit) string {
	if u.in == nil {
		return f.without(u, u.start, u.end)
	}
	return f.without(u, u.start, u.body) + u.tok.String() + " " + f.without(u, u.body, u.end)
}

// asLine is the unit's text as a line of a group.
func (f *file) asLine(u *unit) string {
	return f.without(u, u.start, u.body) + f.without(u, u.spec, u.end)
}

// edit turns what was decided into edits of the stage's source.
func (p *plan) edit() {
	removed := map[*group]int{}
	for _, u := range p.base.units {
		if !p.gone[u] || u.in != nil && u.in.replaced {
			continue
		}
		text, behind := p.replacement(u)
		p.edits = append(p.edits, edit{u.start, u.end, text})
		if behind != "" {
			p.edits = append(p.edits, edit{u.in.end, u.in.end, behind})
		}
		if u.in != nil && text == "" {
			removed[u.in]++
		}
	}
	// A group that has lost all its lines goes too, unless a comment in it belonged to none of them.
	for g, n := range removed {
		if n == len(g.units) && !g.comments {
			p.edits = slices.DeleteFunc(p.edits, func(e edit) bool { return g.start <= e.start && e.end <= g.end && e.text == "" })
			p.edits = append(p.edits, edit{g.start, g.end, ""})
		}
	}
	var end strings.Builder
	for _, piece := range p.behind {
		end.WriteString("\n\n" + piece.text)
	}
	if end.Len() > 0 {
		p.edits = append(p.edits, edit{len(p.base.src), len(p.base.src), end.String() + "\n"})
	}
}

// replacement is what comes in u's place, and what must come behind u's group because it cannot be a line of it.
func (p *plan) replacement(u *unit) (text, behind string) {
	for _, next := range p.place[u] {
		switch {
		case u.in == nil:
			text = join(text, p.over.alone(next), "\n\n")
		case next.tok == u.tok && next.spec >= 0:
			text = join(text, p.over.asLine(next), "\n")
		default:
			behind += "\n\n" + p.over.alone(next)
		}
	}
	return text, behind
}

func join(a, b, between string) string {
	if a == "" {
		return b
	}
	return a + between + b
}

// An edit replaces a stretch of the source.
type edit struct {
	start, end int
	text       string
}

// splice carries out edits that do not overlap. Those at one place come in the order in which they were made.
func splice(src string, edits []edit) string {
	edits = slices.Clone(edits)
	sort.SliceStable(edits, func(i, j int) bool {
		if edits[i].start != edits[j].start {
			return edits[i].start < edits[j].start
		}
		return edits[i].end < edits[j].end
	})
	var out strings.Builder
	at := 0
	for _, e := range edits {
		out.WriteString(src[at:max(at, e.start)])
		out.WriteString(e.text)
		at = max(at, e.end)
		if e.text != "" && at < len(src) && src[at] != '\n' {
			out.WriteString("\n") // it may end in a comment that runs to the end of the line
		}
	}
	out.WriteString(src[at:])
	return out.String()
}
