package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// changed returns the declarations of a Go file that differ in the other version, or the whole file when it is not Go.
func changed(source, other []byte, lang string) []string {
	mine, ok := declarations(source)
	theirs, same := declarations(other)
	if lang != "go" || !ok || !same {
		return []string{string(source)}
	}
	known := map[string]bool{}
	for _, d := range theirs {
		known[d] = true
	}
	var out []string
	for _, d := range mine {
		if !known[d] {
			out = append(out, d)
		}
	}
	return out
}

// declarations cuts a Go file into the text of its declarations with their comments, imports left out.
func declarations(source []byte) ([]string, bool) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "", source, parser.ParseComments)
	if err != nil {
		return nil, false
	}
	var out []string
	for _, d := range file.Decls {
		from := d.Pos()
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				continue
			}
			if d.Doc != nil {
				from = d.Doc.Pos()
			}
		}
		out = append(out, strings.TrimSpace(string(source[set.Position(from).Offset:set.Position(d.End()).Offset])))
	}
	return out, true
}
