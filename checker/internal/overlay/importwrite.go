package overlay

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// writeImports edits the import declarations of the stage's file.
func (p *plan) writeImports(old, lose, missing []*imported, names func(string) string) {
	beside := map[*imported][]string{} // existing line → lines to come behind it
	var loose []*imported
	for _, i := range missing {
		if at := neighbour(i, old, names); at != nil {
			beside[at] = append(beside[at], i.text)
		} else {
			loose = append(loose, i)
		}
	}
	var host *ast.GenDecl // takes in those that have no neighbour
	for _, i := range old {
		if i.path != "C" {
			host = i.in
			break
		}
	}
	if host == nil && len(loose) > 0 {
		at := p.base.after(p.base.at(p.base.tree.Name.End()))
		p.edits = append(p.edits, edit{at, at, "\n\nimport (\n" + blocks(loose, names) + "\n)\n"})
	}
	for _, decl := range p.base.tree.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			var extra []*imported
			if d == host {
				extra = loose
			}
			p.writeImportDecl(d, old, lose, beside, extra, names)
		}
	}
}

func (p *plan) writeImportDecl(d *ast.GenDecl, old, lose []*imported, beside map[*imported][]string, extra []*imported, names func(string) string) {
	var lines []*imported
	lost, added := 0, len(extra)
	for _, i := range old {
		if i.in == d {
			lines = append(lines, i)
			added += len(beside[i])
			if slices.Contains(lose, i) {
				lost++
			}
		}
	}
	if lost == 0 && added == 0 {
		return
	}
	if !d.Lparen.IsValid() {
		i := lines[0]
		text := ""
		if lost == 0 {
			text = i.text
		}
		text = strings.TrimSpace(text + "\n" + strings.Join(beside[i], "\n") + "\n\n" + blocks(extra, names))
		switch text {
		case "":
			p.edits = append(p.edits, edit{i.start, i.end, ""})
		default:
			p.edits = append(p.edits, edit{p.base.at(d.Specs[0].Pos()), i.end, "(\n" + text + "\n)"})
		}
		return
	}
	whole := &unit{}
	p.base.span(whole, d.Doc, d, p.base.at(p.base.tree.Name.End()))
	var units []*unit
	for _, i := range lines {
		units = append(units, &unit{start: i.start, end: i.end})
	}
	if lost == len(lines) && added == 0 && !p.base.stray(p.base.at(d.Lparen), p.base.at(d.Rparen), units) {
		p.edits = append(p.edits, edit{whole.start, whole.end, ""})
		return
	}
	for _, i := range lines {
		text := strings.Join(beside[i], "\n")
		switch {
		case slices.Contains(lose, i):
			p.edits = append(p.edits, edit{i.start, i.end, text})
		case text != "":
			p.edits = append(p.edits, edit{i.end, i.end, "\n" + text})
		}
	}
	if len(extra) > 0 {
		at := p.base.at(d.Rparen)
		var std, other []*imported
		for _, i := range extra {
			if class(i.path, names) == standard {
				std = append(std, i)
			} else {
				other = append(other, i)
			}
		}
		if std != nil {
			at := p.base.at(d.Lparen) + 1
			p.edits = append(p.edits, edit{at, at, "\n" + blocks(std, names) + "\n\n"})
		}
		if other != nil {
			p.edits = append(p.edits, edit{at, at, "\n\n" + blocks(other, names) + "\n"})
		}
	}
}
