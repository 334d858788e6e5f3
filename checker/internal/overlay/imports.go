package overlay

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
)

// An imported is one import line.
type imported struct {
	path, name string // name is the one that is written; "" when none is
	local      string // the name that the file uses; "" when it is unknown
	text       string // the line with its comments
	start, end int
	in         *ast.GenDecl
	drop       bool
}

func (i *imported) always() bool { return i.name == "_" || i.name == "." || i.path == "C" }

// use is where a file uses names that it does not declare, as in fmt.Println.
type use struct {
	name string
	at   int
}

func (f *file) uses() []use {
	var all []use
	ast.Inspect(f.tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && id.Obj == nil {
				all = append(all, use{id.Name, f.at(id.Pos())})
			}
		}
		return true
	})
	return all
}

// imports reads the import lines and finds out which names they bring.
func (f *file) imports(names func(string) string) []*imported {
	used := map[string]bool{}
	for _, u := range f.uses() {
		used[u.name] = true
	}
	var all []*imported
	behind := f.at(f.tree.Name.End())
	for _, decl := range f.tree.Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok != token.IMPORT {
			continue
		}
		for _, spec := range d.Specs {
			s := spec.(*ast.ImportSpec)
			path, err := strconv.Unquote(s.Path.Value)
			if err != nil {
				continue
			}
			line := &unit{}
			if d.Lparen.IsValid() {
				f.span(line, s.Doc, s, behind)
				behind = line.end
			} else {
				f.span(line, d.Doc, d, behind)
			}
			i := &imported{path: path, start: line.start, end: line.end, in: d}
			for _, doc := range []*ast.CommentGroup{d.Doc, s.Doc} {
				i.drop = i.drop || doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return c.Text == "//stagecraft:drop" })
			}
			i.text = f.src[f.at(s.Pos()):line.end]
			if s.Doc != nil {
				i.text = f.without(line, line.start, f.at(s.Pos())) + i.text
			}
			if s.Name != nil {
				i.name, i.local = s.Name.Name, s.Name.Name
			} else {
				i.local = localName(path, names(path), used)
			}
			all = append(all, i)
		}
	}
	return all
}

// learn gives imports whose name is unknown the name that others write before the same path, if the file uses that one.
func (f *file) learn(imports, others []*imported) {
	for _, i := range imports {
		for _, other := range others {
			if i.local == "" && other.path == i.path && slices.ContainsFunc(f.uses(), func(u use) bool { return u.name == other.local }) {
				i.local = other.local
			}
		}
	}
}

// fixImports adds the edits that leave the imports which the result uses.
func (p *plan) fixImports(names func(string) string) error {
	old, fresh := p.base.imports(names), p.over.imports(names)
	p.base.learn(old, fresh)
	p.over.learn(fresh, old)
	usedOld, restOld := p.split(p.base, old, func(at int) bool {
		return slices.ContainsFunc(p.base.units, func(u *unit) bool { return p.gone[u] && u.start <= at && at < u.end })
	})
	usedNew, restNew := p.split(p.over, fresh, func(at int) bool {
		return slices.ContainsFunc(p.over.units, func(u *unit) bool { return u.mark.drop && u.start <= at && at < u.end })
	})
	brought := map[string]string{} // local name → path, of the overlay's imports that are used
	var wanted []*imported
	for _, i := range fresh {
		if i.path == "C" {
			return fmt.Errorf("an overlay cannot import C")
		}
		if i.drop {
			if !slices.ContainsFunc(old, i.same) {
				return fmt.Errorf("import %q is dropped, but the stage's file does not import it", i.path)
			}
			continue
		}
		needed, err := i.needed(usedNew, restNew)
		if err != nil {
			return err
		}
		if !needed {
			continue
		}
		if i.local != "" && !i.always() {
			brought[i.local] = i.path
		}
		wanted = append(wanted, i)
	}
	var keep, lose []*imported
	for _, i := range old {
		needed, err := i.needed(usedOld, restOld)
		if err != nil {
			return err
		}
		path, shadowed := brought[i.local]
		switch {
		case slices.ContainsFunc(fresh, func(n *imported) bool { return n.drop && n.same(i) }):
			needed = false
		case needed && shadowed && path != i.path && i.local != "":
			return fmt.Errorf("%s is %q in the stage's file and %q in the overlay; import one of them under another name", i.local, i.path, path)
		case !needed && usedNew[i.local] && !shadowed && !i.always():
			needed = true // the overlay uses it without importing it
		}
		if needed {
			keep = append(keep, i)
		} else {
			lose = append(lose, i)
		}
	}
	var missing []*imported
	for _, i := range wanted {
		if !slices.ContainsFunc(keep, i.same) && !slices.ContainsFunc(missing, i.same) {
			if at := slices.IndexFunc(lose, i.same); at >= 0 {
				lose = slices.Delete(lose, at, at+1) // it stays where it is
				continue
			}
			missing = append(missing, i)
		}
	}
	p.writeImports(old, lose, missing, names)
	return nil
}

func (i *imported) same(other *imported) bool {
	return i.path == other.path && (i.name == other.name || i.local == other.local && !i.always() && !other.always())
}

// split returns the names that f uses outside of what is left out, and, of the names that no known import explains, those that are
// still used (true) and those that are not (false).
func (p *plan) split(f *file, imports []*imported, leftOut func(int) bool) (used, unexplained map[string]bool) {
	used, unexplained = map[string]bool{}, map[string]bool{}
	known := map[string]bool{}
	for _, i := range imports {
		known[i.local] = true
	}
	for _, u := range f.uses() {
		out := leftOut(u.at)
		if !out {
			used[u.name] = true
		}
		if !known[u.name] {
			unexplained[u.name] = unexplained[u.name] || !out
		}
	}
	return used, unexplained
}

// needed says whether an import is still used. When its name is unknown, the names that no other import explains must decide.
func (i *imported) needed(used, unexplained map[string]bool) (bool, error) {
	if i.always() {
		return true, nil
	}
	if i.local != "" {
		return used[i.local], nil
	}
	still, gone := 0, 0
	for _, stays := range unexplained {
		if stays {
			still++
		} else {
			gone++
		}
	}
	if still > 0 && gone > 0 {
		return false, fmt.Errorf("the name of the package %q does not follow from its path: write it before the path", i.path)
	}
	return still > 0 || gone == 0, nil
}
