package author

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// A difference is a file, or a declaration of a Go file, that two stages do not have in common.
type difference struct {
	path, declaration string // no declaration: the whole file
	kind              string // added, removed, changed
}

func (d difference) String() string {
	if d.declaration == "" {
		return d.path + " " + d.kind
	}
	return d.path + "#" + d.declaration + " " + d.kind
}

// around stands for what is outside of a Go file's declarations: the package clause and comments. Imports follow the declarations.
const around = "package"

// differences compares two versions of a file, of which nil stands for none. Go files that both stages have are compared by
// declaration: a type, a function, a method ("Order.Cancel"), a name of a var or const. Any other difference is the whole file.
func differences(path string, before, after []byte) []difference {
	switch {
	case before == nil:
		return []difference{{path, "", "added"}}
	case after == nil:
		return []difference{{path, "", "removed"}}
	}
	old, errOld := declarations(path, before)
	current, errCurrent := declarations(path, after)
	if errOld != nil || errCurrent != nil {
		return []difference{{path, "", "changed"}}
	}
	var found []difference
	for _, name := range allNames(old, current) {
		was, existed := old[name]
		is, exists := current[name]
		switch {
		case !existed:
			found = append(found, difference{path, name, "added"})
		case !exists:
			found = append(found, difference{path, name, "removed"})
		case was != is:
			found = append(found, difference{path, name, "changed"})
		}
	}
	if len(found) == 0 { // blank imports, or white space
		found = append(found, difference{path, around, "changed"})
	}
	return found
}

// declarations returns the source of each declaration of a Go file by name, with its comments.
func declarations(path string, source []byte) (map[string]string, error) {
	if !strings.HasSuffix(path, ".go") {
		return nil, errors.New("not Go")
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	rest := bytes.Clone(source)
	// take adds the source from doc to comment, either of which may be nil, under each name and removes it from rest.
	take := func(node ast.Node, doc, comment *ast.CommentGroup, names ...string) {
		start, end := node.Pos(), node.End()
		if doc != nil {
			start = doc.Pos()
		}
		if comment != nil {
			end = comment.End()
		}
		from, to := set.Position(start).Offset, set.Position(end).Offset
		for _, name := range names {
			found[unused(found, name)] = string(source[from:to])
		}
		copy(rest[from:to], bytes.Repeat([]byte(" "), to-from))
	}
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			take(d, d.Doc, nil, functionName(d))
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				take(d, d.Doc, nil)
				continue
			}
			for _, spec := range d.Specs {
				names, doc, comment := specParts(spec)
				if d.Lparen.IsValid() {
					take(spec, doc, comment, names...)
				} else {
					take(d, d.Doc, comment, names...)
				}
			}
		}
	}
	found[around] = strings.Join(strings.Fields(string(rest)), " ")
	return found, nil
}

// unused tells apart what a file may declare more than once: init and _.
func unused(taken map[string]string, name string) string {
	key := name
	for n := 2; ; n++ {
		if _, ok := taken[key]; !ok {
			return key
		}
		key = fmt.Sprintf("%s#%d", name, n)
	}
}

func specParts(spec ast.Spec) (names []string, doc, comment *ast.CommentGroup) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		return []string{s.Name.Name}, s.Doc, s.Comment
	case *ast.ValueSpec:
		for _, name := range s.Names {
			names = append(names, name.Name)
		}
		return names, s.Doc, s.Comment
	}
	return nil, nil, nil
}

// functionName is "Do", or "CreateOrder.Do" for a method of CreateOrder or *CreateOrder.
func functionName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	of := d.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.ParenExpr:
			of = t.X
		case *ast.Ident:
			return t.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}
