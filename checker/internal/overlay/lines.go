package overlay

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
)

// Lines returns the first and the last line of a declaration in a Go source as it stands, its doc comment included. The name is as for Quote.
func Lines(source []byte, decl string) (first, last int, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", source, parser.ParseComments)
	if err != nil {
		return 0, 0, err
	}
	wanted := normal(decl)
	span := func(doc *ast.CommentGroup, node ast.Node) (int, int, error) {
		from := node.Pos()
		if doc != nil {
			from = doc.Pos()
		}
		return set.PositionFor(from, false).Line, set.PositionFor(node.End(), false).Line, nil
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if funcKey(d) == wanted {
				return span(d.Doc, d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if s.Name.Name == wanted {
						return span(specComment(s.Doc, d), s)
					}
				case *ast.ValueSpec:
					for _, name := range s.Names {
						if name.Name == wanted {
							return span(specComment(s.Doc, d), s)
						}
					}
				}
			}
		}
	}
	return 0, 0, fmt.Errorf("%s is not declared there", wanted)
}

// specComment is the comment of a spec, or that of its declaration when the spec stands alone.
func specComment(doc *ast.CommentGroup, d *ast.GenDecl) *ast.CommentGroup {
	if doc == nil && !d.Lparen.IsValid() {
		return d.Doc
	}
	return doc
}
