package overlay

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// A file is a Go source in gofmt's form, cut into units.
type file struct {
	src   string
	tree  *ast.File
	set   *token.FileSet
	units []*unit
	group []*group
}

// A unit is the least piece that can be replaced: a function, a type, one line of a var group, or a whole const group that counts.
type unit struct {
	keys []string // what it declares: "Name", "Type.Method"
	tok  token.Token
	mark mark
	in   *group // the group it is a line of; nil when it stands alone

	start, end int // in src, with comments before and behind
	body       int // where the comments before it end
	spec       int // behind the keyword; -1 when it has none of its own or is a whole group

	members []*member // of a const group that counts
}

// A member is one line of a const group that counts.
type member struct {
	keys       []string
	mark       mark
	start, end int
}

// A group is a declaration in parentheses whose lines are units.
type group struct {
	tok        token.Token
	mark       mark
	start, end int
	units      []*unit
	comments   bool // has comments that belong to none of its units
	replaced   bool // as a whole
}

// parse brings source into gofmt's form, in which no two declarations share a line, and cuts it.
func parse(source []byte) (*file, error) {
	source, err := tidy(source)
	if err != nil {
		return nil, err
	}
	f := &file{src: string(source), set: token.NewFileSet()}
	f.tree, err = parser.ParseFile(f.set, "", source, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	behind := 0
	for _, decl := range f.tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			f.add(&unit{keys: []string{funcKey(d)}, tok: token.FUNC, spec: -1}, d.Doc, d, behind)
		case *ast.GenDecl:
			if d.Tok != token.IMPORT {
				f.general(d, behind)
			}
		}
		behind = f.after(f.at(decl.End()))
	}
	f.numberTwins()
	return f, f.readMarks()
}

// tidy is gofmt, repeated until it is content; line ends become \n and a byte order mark goes.
func tidy(source []byte) ([]byte, error) {
	source = bytes.ReplaceAll(bytes.TrimPrefix(source, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	for range 5 {
		next, err := format.Source(source)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(next, source) {
			break
		}
		source = next
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", source, parser.PackageClauseOnly); err != nil {
		return nil, err // gofmt takes fragments without a package clause
	}
	return source, nil
}

func (f *file) general(d *ast.GenDecl, behind int) {
	switch {
	case !d.Lparen.IsValid():
		u := &unit{keys: specKeys(f, d.Tok, d.Specs[0]), tok: d.Tok, spec: f.at(d.TokPos) + len(d.Tok.String())}
		f.add(u, d.Doc, d, behind)
	case d.Tok == token.CONST && counts(d):
		u := &unit{tok: d.Tok, spec: -1}
		inside := f.at(d.Lparen) + 1
		for _, spec := range d.Specs {
			line := &unit{}
			f.span(line, specDoc(spec), spec, inside)
			inside = line.end
			m := &member{keys: specKeys(f, d.Tok, spec), start: line.start, end: line.end}
			u.members, u.keys = append(u.members, m), append(u.keys, m.keys...)
		}
		f.add(u, d.Doc, d, behind)
	default:
		g := &group{tok: d.Tok}
		whole := &unit{}
		f.span(whole, d.Doc, d, behind)
		g.start, g.end = whole.start, whole.end
		inside := f.at(d.Lparen) + 1
		for _, spec := range d.Specs {
			u := &unit{keys: specKeys(f, d.Tok, spec), tok: d.Tok, in: g}
			f.add(u, specDoc(spec), spec, inside)
			u.spec, inside = u.body, u.end
			g.units = append(g.units, u)
		}
		g.comments = f.stray(f.at(d.Lparen), f.at(d.Rparen), g.units)
		f.group = append(f.group, g)
	}
}

func (f *file) add(u *unit, doc *ast.CommentGroup, node ast.Node, behind int) {
	f.span(u, doc, node, behind)
	f.units = append(f.units, u)
}

// span sets where the unit begins and ends. Nothing before behind belongs to it.
func (f *file) span(u *unit, doc *ast.CommentGroup, node ast.Node, behind int) {
	u.body = f.at(node.Pos())
	if d, ok := node.(*ast.GenDecl); ok {
		u.body = f.at(d.TokPos)
	}
	u.start, u.end = u.body, f.after(f.at(node.End()))
	if doc != nil {
		u.start = f.at(doc.Pos())
	}
	for _, c := range slices.Backward(f.tree.Comments) {
		start, end := f.at(c.Pos()), f.at(c.End())
		if end <= u.start && start >= behind && strings.Trim(f.src[end:u.start], " \t") == "" {
			u.start = start
		}
	}
}

// after is the end of the comments that follow offset on its line.
func (f *file) after(offset int) int {
	for _, c := range f.tree.Comments {
		for _, one := range c.List {
			start, end := f.at(one.Pos()), f.at(one.End())
			if start >= offset && strings.Trim(f.src[offset:start], " \t;") == "" {
				offset = end
			}
		}
	}
	return offset
}

// stray says whether there are comments from start to end that belong to no unit.
func (f *file) stray(start, end int, units []*unit) bool {
	for _, c := range f.tree.Comments {
		at := f.at(c.Pos())
		if at < start || at >= end {
			continue
		}
		if !slices.ContainsFunc(units, func(u *unit) bool { return u.start <= at && at < u.end }) {
			return true
		}
	}
	return false
}

// at is a position's offset in src, whatever //line comments claim.
func (f *file) at(pos token.Pos) int { return f.set.File(f.tree.FileStart).Offset(pos) }

// numberTwins tells apart what may be declared several times: init and _.
func (f *file) numberTwins() {
	seen := map[string]int{}
	for _, u := range f.units {
		for i, key := range u.keys {
			if !mayRepeat(key) {
				continue
			}
			if seen[key]++; seen[key] > 1 {
				u.keys[i] = fmt.Sprintf("%s#%d", key, seen[key])
			}
		}
	}
}

// title is what messages call the unit.
func (u *unit) title() string {
	if u.tok == token.FUNC {
		return "func " + u.keys[0]
	}
	return u.tok.String() + " " + strings.Join(u.keys, ", ")
}

func specDoc(spec ast.Spec) *ast.CommentGroup {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		return s.Doc
	case *ast.TypeSpec:
		return s.Doc
	case *ast.ImportSpec:
		return s.Doc
	}
	return nil
}
