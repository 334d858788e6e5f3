package monorepo

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// sameNames fails the check unless the package exports what it did.
func sameNames(t *check.T, dir string) {
	before, after := exported(t, filepath.Join(t.Root(), stage, errsDir)), exported(t, dir)
	var differ []string
	for _, name := range before {
		if !slices.Contains(after, name) {
			differ = append(differ, name+" is gone")
		}
	}
	for _, name := range after {
		if !slices.Contains(before, name) {
			differ = append(differ, name+" is new")
		}
	}
	if differ != nil {
		t.Fail(check.Failure{
			ID: "api", Sentence: "the package does not have the names that it had", Expected: "the exported names of " + errsPath + " as in the shop until now",
			Seen: strings.Join(differ, ", "), Why: "A name that is released stays: the next change of it is a new major version. Names are added in a change of their own.",
		})
	}
}

// exported are the exported names of the package in a directory, with methods as Type.Method and fields as Type.Field.
func exported(t *check.T, dir string) (names []string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	t.Ours("find the files of the package", err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler has said so before
		}
		for _, decl := range file.Decls {
			names = append(names, declared(decl)...)
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		return slices.ContainsFunc(strings.Split(name, "."), func(part string) bool { return !ast.IsExported(part) })
	})
}

func declared(decl ast.Decl) (names []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		receiver := d.Recv.List[0].Type
		if pointer, ok := receiver.(*ast.StarExpr); ok {
			receiver = pointer.X
		}
		if of, ok := receiver.(*ast.Ident); ok {
			return []string{of.Name + "." + d.Name.Name}
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range s.Names {
					names = append(names, name.Name)
				}
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
				if of, ok := s.Type.(*ast.StructType); ok {
					for _, field := range of.Fields.List {
						for _, name := range field.Names {
							names = append(names, s.Name.Name+"."+name.Name)
						}
					}
				}
			}
		}
	}
	return names
}
