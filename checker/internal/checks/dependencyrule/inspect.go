package dependencyrule

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"stagecraft/checker/internal/check/imports"
)

// output finds calls that write to standard output or read standard input without an import that says so.
func output(graph *imports.Graph, p *imports.Package) (found []finding, err error) {
	return found, eachFile(graph, p, func(name string, fset *token.FileSet, file *ast.File) {
		fmtName := localName(file, "fmt")
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			text := ""
			switch fn := call.Fun.(type) {
			case *ast.Ident:
				if fn.Obj == nil && (fn.Name == "print" || fn.Name == "println") {
					text = fn.Name
				}
			case *ast.SelectorExpr:
				pkg, ok := fn.X.(*ast.Ident)
				if ok && fmtName != "" && pkg.Name == fmtName && (strings.HasPrefix(fn.Sel.Name, "Print") || strings.HasPrefix(fn.Sel.Name, "Scan")) {
					text = "fmt." + fn.Sel.Name
				}
			}
			if text != "" {
				line := fset.Position(call.Pos()).Line
				found = append(found, finding{name, line, fmt.Sprintf("%s:%d calls %s", name, line, text), whyNoOutput})
			}
			return true
		})
	})
}

// ports finds uses of the interfaces that domain and use cases declare for their adapters: repositories and the like.
func ports(graph *imports.Graph, p *imports.Package) (found []finding, err error) {
	service, _, _ := strings.Cut(p.Dir, "/")
	declared := make(map[string][]string) // by directory
	for _, pattern := range []string{service + "/internal/domain/...", service + "/internal/usecase/...", service + "/internal/service/..."} {
		for _, inner := range graph.Match(pattern) {
			if declared[inner.Dir], err = portsOf(graph, inner); err != nil {
				return nil, err
			}
		}
	}
	return found, eachFile(graph, p, func(name string, fset *token.FileSet, file *ast.File) {
		for dir, interfaces := range declared {
			local := localName(file, path.Join(graph.Module, dir))
			if local == "" {
				continue
			}
			ast.Inspect(file, func(node ast.Node) bool {
				use, ok := node.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if pkg, ok := use.X.(*ast.Ident); ok && pkg.Name == local && slices.Contains(interfaces, use.Sel.Name) {
					line := fset.Position(use.Pos()).Line
					text := fmt.Sprintf("%s:%d uses %s.%s", name, line, path.Base(dir), use.Sel.Name)
					found = append(found, finding{name, line, text, whyNoRows})
				}
				return true
			})
		}
	})
}

// portsOf returns the interfaces of a package that have a method with a context: they are implemented by adapters.
func portsOf(graph *imports.Graph, p *imports.Package) (names []string, err error) {
	return names, eachFile(graph, p, func(_ string, _ *token.FileSet, file *ast.File) {
		contextName := localName(file, "context")
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if declared, ok := spec.Type.(*ast.InterfaceType); ok && takesContext(declared, contextName) {
				names = append(names, spec.Name.Name)
			}
			return true
		})
	})
}

func takesContext(declared *ast.InterfaceType, contextName string) bool {
	return slices.ContainsFunc(declared.Methods.List, func(method *ast.Field) bool {
		fn, ok := method.Type.(*ast.FuncType)
		if !ok || len(fn.Params.List) == 0 {
			return false
		}
		first, ok := fn.Params.List[0].Type.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		pkg, ok := first.X.(*ast.Ident)
		return ok && pkg.Name == contextName && first.Sel.Name == "Context"
	})
}

// eachFile parses the files of a package that the import graph has judged.
func eachFile(graph *imports.Graph, p *imports.Package, visit func(name string, fset *token.FileSet, file *ast.File)) error {
	dir := filepath.Join(graph.Root, filepath.FromSlash(p.Dir))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		match, err := build.Default.MatchFile(dir, name)
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || (err == nil && !match) {
			continue
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, 0)
		if err != nil {
			continue // a syntax error is reported by the build
		}
		visit(path.Join(p.Dir, name), fset, parsed)
	}
	return nil
}

// localName returns the name under which a file imports a package, or "".
func localName(file *ast.File, importPath string) string {
	for _, spec := range file.Imports {
		if value, err := strconv.Unquote(spec.Path.Value); err != nil || value != importPath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}
