package gotest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template"
)

// Names of the generated files; both are hidden files like the others.
const (
	serveFile    = "zz_stagecraft_serve_test.go"
	externalFile = "zz_stagecraft_external_test.go"
)

// generate returns the files that make a test binary serve the tests found in hidden.
// importPath is the import path of the package under test.
func generate(importPath, packageName string, hidden map[string][]byte) (map[string][]byte, error) {
	var internal, external []string
	for _, name := range slices.Sorted(maps.Keys(hidden)) {
		file, err := parser.ParseFile(token.NewFileSet(), name, hidden[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("hidden test: %w", err)
		}
		if strings.HasSuffix(file.Name.Name, "_test") {
			external = append(external, testsIn(file)...)
		} else {
			internal = append(internal, testsIn(file)...)
		}
	}
	files := map[string][]byte{}
	var out bytes.Buffer
	if err := serveTemplate.Execute(&out, map[string]any{"Package": packageName, "Tests": internal}); err != nil {
		return nil, err
	}
	files[serveFile] = bytes.Clone(out.Bytes())
	if len(external) > 0 {
		out.Reset()
		if err := externalTemplate.Execute(&out, map[string]any{"Package": packageName, "Import": importPath, "Tests": external}); err != nil {
			return nil, err
		}
		files[externalFile] = bytes.Clone(out.Bytes())
	}
	return files, nil
}

// testsIn returns the names of a file's test functions.
func testsIn(file *ast.File) []string {
	var names []string
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") && fn.Name.Name != "TestMain" && len(fn.Type.Params.List) == 1 {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}

// packageNameOf returns the package clause of the package under test, from its own files.
func packageNameOf(dir string, fallback string) string {
	fset := token.NewFileSet()
	for _, name := range goFiles(dir) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if file, err := parser.ParseFile(fset, path.Join(dir, name), nil, parser.PackageClauseOnly); err == nil {
			return file.Name.Name
		}
	}
	return fallback
}

// The generated code names its imports so that no declaration of the learner's package can collide with them.
var serveTemplate = template.Must(template.New("serve").Parse(`package {{.Package}}

import (
	stagecraftbufio "bufio"
	stagecraftflag "flag"
	stagecraftfmt "fmt"
	stagecraftos "os"
	stagecraftstrings "strings"
	stagecrafttesting "testing"
)

// StagecraftTests are the hidden tests by name.
var StagecraftTests = map[string]func(*stagecrafttesting.T){
{{- range .Tests}}
	"{{.}}": {{.}},
{{- end}}
}

// TestStagecraftServe runs the tests it is asked for, one after the other.
func TestStagecraftServe(t *stagecrafttesting.T) {
	orders, answers := stagecraftos.NewFile(3, "orders"), stagecraftos.NewFile(4, "answers")
	lines := stagecraftbufio.NewScanner(orders)
	if !lines.Scan() {
		t.Fatal("no process asks for tests")
	}
	nonce := lines.Text()
	stagecraftfmt.Fprintln(answers, nonce, "ready")
	for lines.Scan() {
		name, seed, _ := stagecraftstrings.Cut(lines.Text(), " ")
		test := StagecraftTests[name]
		if test == nil {
			stagecraftfmt.Fprintln(answers, nonce, "missing")
			continue
		}
		stagecraftos.Setenv("STAGECRAFT_SEED", seed)
		if f := stagecraftflag.Lookup("rapid.seed"); f != nil {
			f.Value.Set(seed)
			stagecraftflag.Set("rapid.nofailfile", "true")
		}
		skipped := false
		passed := t.Run("group", func(g *stagecrafttesting.T) {
			g.Run(name, func(t *stagecrafttesting.T) {
				t.Cleanup(func() { skipped = t.Skipped() })
				test(t)
			})
		})
		outcome := "failed"
		if passed {
			outcome = "passed"
		}
		if skipped {
			outcome = "skipped"
		}
		stagecraftfmt.Fprintf(stagecraftos.Stdout, "\n%s\n", nonce)
		stagecraftfmt.Fprintln(answers, nonce, outcome)
	}
}
`))

var externalTemplate = template.Must(template.New("external").Parse(`package {{.Package}}_test

import stagecraftpkg {{printf "%q" .Import}}

func init() {
{{- range .Tests}}
	stagecraftpkg.StagecraftTests["{{.}}"] = {{.}}
{{- end}}
}
`))
