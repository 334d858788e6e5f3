package overlay

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A mark is what the overlay says about one declaration.
type mark struct{ add, drop bool }

func (m mark) or(other mark) mark { return mark{m.add || other.add, m.drop || other.drop} }

var (
	markLine  = regexp.MustCompile(`^//stagecraft:(\S*)`)
	wouldMark = regexp.MustCompile(`^(//\s+|/\*\s*)stagecraft:(add|drop)\b`)
)

// A cut is a stretch of the source.
type cut struct{ start, end int }

// marks are the lines of marks in the whole file, in order.
func (f *file) marks() []cut {
	var cuts []cut
	for _, c := range f.tree.Comments {
		cuts = append(cuts, f.marksOf(c)...)
	}
	return cuts
}

// marksOf are the lines of marks in a comment, each with its line end, and with the bare // that gofmt puts before directives.
func (f *file) marksOf(group *ast.CommentGroup) []cut {
	var cuts []cut
	for i, c := range group.List {
		if !markLine.MatchString(c.Text) {
			continue
		}
		at := cut{f.at(c.Pos()), min(f.at(c.End())+1, len(f.src))}
		last := !slices.ContainsFunc(group.List[i+1:], func(c *ast.Comment) bool { return !markLine.MatchString(c.Text) })
		if last && i > 0 && group.List[i-1].Text == "//" {
			at.start = f.at(group.List[i-1].Pos())
		}
		cuts = append(cuts, at)
	}
	return cuts
}

// readMarks gives units, groups and members their marks. It returns an error for a mark that is misspelt or belongs to nothing.
func (f *file) readMarks() error {
	for _, c := range f.tree.Comments {
		for _, one := range c.List {
			if wouldMark.MatchString(one.Text) {
				return f.fault(one.Pos(), "a mark is written without a space: //stagecraft:add, //stagecraft:drop")
			}
			found := markLine.FindStringSubmatch(one.Text)
			if found == nil {
				continue
			}
			var m mark
			switch found[1] {
			case "add":
				m.add = true
			case "drop":
				m.drop = true
			default:
				return f.fault(one.Pos(), "unknown mark //stagecraft:%s; there are add and drop", found[1])
			}
			if !f.mark(f.at(one.Pos()), m) {
				return f.fault(one.Pos(), "//stagecraft:%s belongs to no declaration; it is a line of the doc comment, without an empty line below it", found[1])
			}
		}
	}
	return nil
}

// mark finds the declaration whose doc comment has the mark at offset.
func (f *file) mark(offset int, m mark) bool {
	for _, u := range f.units {
		if u.start <= offset && offset < u.body {
			u.mark = u.mark.or(m)
			return true
		}
		for _, line := range u.members {
			if line.start <= offset && offset < line.end {
				line.mark = line.mark.or(m)
				return true
			}
		}
	}
	for _, g := range f.group {
		if g.start <= offset && offset < g.end && len(g.units) > 0 && offset < g.units[0].start {
			g.mark = g.mark.or(m)
			for _, u := range g.units {
				u.mark = u.mark.or(m)
			}
			return true
		}
	}
	for _, decl := range f.tree.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		start := f.at(d.Pos())
		if d.Doc != nil {
			start = f.at(d.Doc.Pos())
		}
		if start <= offset && offset < f.at(d.End()) {
			return true // read where imports are fixed
		}
	}
	return false
}

func (f *file) fault(pos token.Pos, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", f.set.PositionFor(pos, false).Line, fmt.Sprintf(format, args...))
}

// without is the source from start to end less the lines of marks and the members that are dropped.
func (f *file) without(u *unit, start, end int) string {
	cuts := f.marks()
	for _, m := range u.members {
		if m.mark.drop {
			cuts = append(cuts, cut{m.start, m.end})
		}
	}
	slices.SortFunc(cuts, func(a, b cut) int { return a.start - b.start })
	var text strings.Builder
	for _, c := range cuts {
		if c.end > start && c.start < end {
			text.WriteString(f.src[start:max(start, c.start)])
			start = min(c.end, end)
		}
	}
	text.WriteString(f.src[start:end])
	return text.String()
}
