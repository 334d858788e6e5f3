// Package mutate makes wrong versions of declarations by machine, so that the checks of a lesson can be tried on them.
//
// Each operator of the table makes one small change. What does not type-check is left out.
package mutate

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// A Mutant is one changed declaration.
type Mutant struct {
	Operator    string // "negate condition"
	Declaration string // "Money.Add"
	Change      string // "a < b => a <= b", in single spaces whatever the formatting
	Nth         int    // which of the changes in the declaration that are written alike; the first is 1
	File        string // relative to the module
	Line        int
	Source      []byte // the whole file with the change
}

// Key names the mutant as long as the changed code stays the same, whatever its formatting and place.
func (m Mutant) Key() string {
	return fmt.Sprintf("%s | %s | %s | %d", m.Operator, m.Declaration, m.Change, max(1, m.Nth))
}

// Generate makes all mutants of the named declarations, in the order of the source. declarations maps files, relative to the module in
// dir, to names like "NewMoney", "Money.Add", "transitions".
func Generate(dir string, declarations map[string][]string) ([]Mutant, error) {
	packages := map[string][]string{} // directory → files
	for file := range declarations {
		packages[filepath.Dir(file)] = append(packages[filepath.Dir(file)], file)
	}
	var all []Mutant
	for _, pkg := range sortedKeys(packages) {
		p, err := load(dir, pkg)
		if err != nil {
			return nil, err
		}
		slices.Sort(packages[pkg])
		for _, file := range packages[pkg] {
			mutants, err := p.mutants(file, declarations[file])
			if err != nil {
				return nil, err
			}
			all = append(all, mutants...)
		}
	}
	return all, nil
}

func (p *loaded) mutants(name string, declarations []string) ([]Mutant, error) {
	file := p.files[name]
	if file == nil {
		return nil, fmt.Errorf("mutate: the package has no file %s", name)
	}
	var all []Mutant
	seen := map[string]bool{string(p.sources[name]): true}
	for _, decl := range file.Decls {
		for key, node := range keyed(decl) {
			if !slices.Contains(declarations, key) {
				continue
			}
			alike := map[string]int{}
			for _, c := range p.changes(name, node) {
				m := Mutant{Operator: c.operator, Declaration: key, File: name, Line: p.set.Position(token.Pos(c.pos)).Line}
				m.Change = tokens(c.old) + " => " + tokens(c.text)
				alike[m.Operator+m.Change]++
				m.Nth = alike[m.Operator+m.Change]
				var ok bool
				if m.Source, ok = p.compile(name, c); !ok || seen[string(m.Source)] {
					continue
				}
				seen[string(m.Source)] = true
				all = append(all, m)
			}
		}
	}
	return all, nil
}

// keyed gives the names that a declaration declares, each with its syntax.
func keyed(decl ast.Decl) map[string]ast.Node {
	names := map[string]ast.Node{}
	switch d := decl.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil && len(d.Recv.List) == 1 {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		names[name] = d
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				names[s.Names[0].Name] = s
			case *ast.TypeSpec:
				names[s.Name.Name] = s
			}
		}
	}
	return names
}

func receiver(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	}
	return "?"
}

// changes applies every operator to every node of a declaration.
func (p *loaded) changes(name string, declaration ast.Node) []change {
	var all []change
	var parents []ast.Node
	ast.Inspect(declaration, func(n ast.Node) bool {
		if n == nil {
			parents = parents[:len(parents)-1]
			return true
		}
		s := &site{loaded: p, source: p.sources[name], node: n, parents: parents}
		for _, operator := range operators {
			for _, c := range operator.apply(s) {
				c.operator = operator.name
				c.old = string(s.source[c.start:c.end])
				c.pos = int(n.Pos())
				c.statement = s.statement()
				all = append(all, c)
			}
		}
		parents = append(parents, n)
		return true
	})
	return all
}

// compile returns the file with the change if the package still type-checks. Variables and imports that nothing uses any more
// are used as blanks.
func (p *loaded) compile(name string, c change) ([]byte, bool) {
	source := slices.Concat(p.sources[name][:c.start], []byte(c.text), p.sources[name][c.end:])
	for range 3 { // each round may uncover what only the change before made superfluous
		unused, ok := p.check(name, source)
		if !ok {
			return nil, false
		}
		if len(unused) == 0 {
			formatted, err := format.Source(source)
			return formatted, err == nil
		}
		for _, u := range slices.Backward(unused) {
			switch {
			case u.variable == "":
				source = slices.Insert(source, u.offset, []byte("_ ")...)
			case c.statement >= 0:
				source = slices.Insert(source, c.statement, []byte("_ = "+u.variable+"; ")...)
			default:
				return nil, false
			}
		}
	}
	return nil, false
}

// tokens is Go source with single spaces between its tokens, so that formatting makes no difference.
func tokens(source string) string {
	set := token.NewFileSet()
	var s scanner.Scanner
	s.Init(set.AddFile("", set.Base(), len(source)), []byte(source), func(token.Position, string) {}, 0)
	var parts []string
	for {
		_, tok, literal := s.Scan()
		switch {
		case tok == token.EOF:
			return strings.NewReplacer(" , }", " }", " , )", " )").Replace(strings.Join(parts, " "))
		case tok == token.SEMICOLON && literal == "\n":
		case literal != "":
			parts = append(parts, literal)
		default:
			parts = append(parts, tok.String())
		}
	}
}

// Declared lists the declarations of a Go source, without imports.
func Declared(source []byte) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, decl := range file.Decls {
		all = append(all, sortedKeys(keyed(decl))...)
	}
	return all, nil
}

// Diff shows the change in the file with a line of context, as patch does.
func (m Mutant) Diff(before []byte) string {
	return diff(bytes.TrimSpace(before), bytes.TrimSpace(m.Source))
}
