package lesson

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

var word = regexp.MustCompile(`[A-Za-z_]\w*`)

// Signature returns the signatures that the lesson gives for the functions that a compiler's message mentions, as code on one line or
// several; "" when it mentions none. They are read from the starter, which holds what the learner has to write.
func (l Lesson) Signature(message string) string {
	mentioned := word.FindAllString(message, -1)
	var found []string
	starter := l.Starter()
	_ = fs.WalkDir(starter, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(starter, name)
		if err != nil {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
		if err != nil {
			return nil
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && slices.Contains(mentioned, fn.Name.Name) {
				found = append(found, signature(set, fn))
			}
		}
		return nil
	})
	return strings.Join(found, "\n")
}

// signature is a function without its body and comments.
func signature(set *token.FileSet, fn *ast.FuncDecl) string {
	var out bytes.Buffer
	if err := format.Node(&out, set, &ast.FuncDecl{Recv: fn.Recv, Name: fn.Name, Type: fn.Type}); err != nil {
		return fn.Name.Name
	}
	return out.String()
}
