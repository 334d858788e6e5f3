package overlay

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// judge checks what must be true of every overlay: either it is refused, or no declaration and no remark of the stage is lost, none is
// there twice, the result is in gofmt's form, and it compiles if the stage compiles with the overlay's declarations in their place.
// It finds that out in another way than File: it compiles the stage's remaining declarations and the overlay as two files.
func judge(t *testing.T, baseSource, overSource string) (applied bool) {
	t.Helper()
	fileSet = token.NewFileSet() // it would keep every file that it has ever seen
	result, err := File([]byte(baseSource), []byte(overSource))
	if err != nil {
		if strings.Contains(err.Error(), "cannot be laid on") {
			t.Fatalf("a fault of its own: %v\nstage:\n%s\noverlay:\n%s", err, baseSource, overSource)
		}
		return false
	}
	blame := func(format string, args ...any) {
		t.Helper()
		t.Fatalf("%s\nstage:\n%s\noverlay:\n%s\nresult:\n%s", fmt.Sprintf(format, args...), baseSource, overSource, result)
	}
	if once, err := format.Source(result); err != nil || !bytes.Equal(once, result) {
		blame("not in gofmt's form: %v", err)
	}
	base, over, got := mustParse(t, baseSource), mustParse(t, overSource), mustParse(t, string(result))
	seen := slices.DeleteFunc(names(got.Decls), twin)
	if want := expectedNames(base, over); !slices.Equal(want, seen) {
		blame("expected to be declared\n%q\nseen\n%q", want, seen)
	}
	for _, text := range freeComments(base) {
		if !strings.Contains(even(string(result)), even(text)) { // gofmt moves the lines of a remark to the right or left
			blame("the remark %q is lost", text)
		}
	}
	if again, err := File(result, []byte("package "+got.Name.Name+"\n")); err != nil || !bytes.Equal(again, result) {
		blame("an empty overlay changes the result: %v", err)
	}
	if !compiles(false, base) || !compiles(true, rest(t, baseSource, over), over) {
		return true
	}
	if err := compile(false, got); err != nil {
		blame("the stage and the overlay compile, the result does not: %v", err)
	}
	return true
}

func even(text string) string { return strings.Join(strings.Fields(text), " ") }

func mustParse(t *testing.T, source string) *ast.File {
	t.Helper()
	tidied, err := tidy([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(fileSet, "", tidied, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// fileSet is of the input that is being judged; inputs are judged one after the other.
var fileSet *token.FileSet

// names lists what is declared, in order of the alphabet; twins are listed several times.
func names(decls []ast.Decl) []string {
	var all []string
	for _, decl := range decls {
		all = append(all, namesOf(decl)...)
	}
	slices.Sort(all)
	return all
}

func namesOf(decl ast.Decl) (all []string) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		return []string{funcKey(d)}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			all = append(all, namesOfSpec(spec)...)
		}
	}
	return all
}

func namesOfSpec(spec ast.Spec) (all []string) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		return []string{s.Name.Name}
	case *ast.ValueSpec:
		for _, name := range s.Names {
			if name.Name != "_" || len(s.Names) == 1 {
				all = append(all, name.Name)
			}
		}
	}
	return all
}

// expectedNames is the stage's names and the overlay's, each once. Twins are not among them: how many there must be is for File's own count.
func expectedNames(base, over *ast.File) []string {
	var all []string
	marks := markedNames(over)
	given := map[string]bool{}
	for _, name := range names(over.Decls) {
		given[name] = true
		if !marks[name].drop && !twin(name) {
			all = append(all, name)
		}
	}
	for _, name := range names(base.Decls) {
		if !given[name] && !twin(name) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func twin(name string) bool { return name == "_" || name == "init" || strings.HasSuffix(name, "._") }

func markedNames(f *ast.File) map[string]mark {
	all := map[string]mark{}
	line := func(p token.Pos) int { return fileSet.PositionFor(p, false).Line }
	note := func(n ast.Node, list []string) {
		for _, group := range f.Comments {
			if group.Pos() > n.Pos() || line(group.End()) < line(n.Pos())-1 {
				continue
			}
			for _, c := range group.List {
				for _, name := range list {
					m := all[name]
					m.add = m.add || c.Text == "//stagecraft:add"
					m.drop = m.drop || c.Text == "//stagecraft:drop"
					all[name] = m
				}
			}
		}
	}
	for _, decl := range f.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			note(d, namesOf(d))
		case *ast.GenDecl:
			note(d, namesOf(d))
			for _, spec := range d.Specs {
				note(spec, namesOfSpec(spec))
			}
		}
	}
	return all
}

// freeComments are the comments that stand between declarations and belong to none.
func freeComments(f *ast.File) []string {
	line := func(p token.Pos) int { return fileSet.PositionFor(p, false).Line }
	taken := map[int]bool{} // lines on which a declaration ends, or a comment of it
	for _, d := range f.Decls {
		taken[line(d.End())] = true
	}
	var all []string
	for _, group := range f.Comments {
		belongs := group.Pos() < f.Name.End() || taken[line(group.Pos())]
		for _, d := range f.Decls {
			start := d.Pos()
			if doc := docOf(d); doc != nil {
				start = doc.Pos()
			}
			belongs = belongs || start <= group.Pos() && group.End() <= d.End() || line(group.End()) >= line(start) && group.Pos() < d.End()
		}
		if belongs {
			taken[line(group.End())] = true
			continue
		}
		for _, c := range group.List {
			all = append(all, c.Text)
		}
	}
	return all
}

func docOf(d ast.Decl) *ast.CommentGroup {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

// rest is the stage's file without what the overlay gives.
func rest(t *testing.T, source string, over *ast.File) *ast.File {
	f := mustParse(t, source)
	given := map[string]bool{}
	for _, name := range names(over.Decls) {
		given[name] = !twin(name)
	}
	gone := func(list []string) bool {
		return len(list) > 0 && slices.ContainsFunc(list, func(name string) bool { return given[name] })
	}
	f.Decls = slices.DeleteFunc(f.Decls, func(decl ast.Decl) bool {
		d, ok := decl.(*ast.GenDecl)
		if !ok || d.Tok == token.CONST && counts(d) {
			return gone(namesOf(decl))
		}
		d.Specs = slices.DeleteFunc(d.Specs, func(spec ast.Spec) bool { return gone(namesOfSpec(spec)) })
		return len(d.Specs) == 0
	})
	return f
}

func compiles(lenient bool, files ...*ast.File) bool { return compile(lenient, files...) == nil }

// compile type-checks files as one package. What is dropped in an overlay must not be in it; lenient overlooks unused imports.
func compile(lenient bool, files ...*ast.File) error {
	var first error
	config := types.Config{Importer: fewPackages{}, Error: func(err error) {
		if strings.Contains(err.Error(), "imported and not used") || strings.Contains(err.Error(), "imported as") {
			if lenient {
				return
			}
		}
		if first == nil {
			first = err
		}
	}}
	for i, f := range files {
		if lenient {
			files[i] = withoutDropped(f)
		}
	}
	_, _ = config.Check("p", fileSet, files, nil)
	return first
}

func withoutDropped(f *ast.File) *ast.File {
	marks := markedNames(f)
	dropped := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool { return marks[name].drop })
	}
	less := *f
	less.Decls = nil
	for _, decl := range f.Decls {
		if d, ok := decl.(*ast.GenDecl); ok {
			kept := *d
			kept.Specs = slices.DeleteFunc(slices.Clone(d.Specs), func(spec ast.Spec) bool { return dropped(namesOfSpec(spec)) })
			if decl = &kept; len(kept.Specs) == 0 {
				continue
			}
		} else if dropped(namesOf(decl)) {
			continue
		}
		less.Decls = append(less.Decls, decl)
	}
	return &less
}

// fewPackages has the few packages that the inputs import.
type fewPackages struct{}

var sources = map[string]string{
	"fmt":                  "package fmt; type Stringer interface{ String() string }; func Sprint(...any) string; func Println(...any)",
	"errors":               "package errors; func New(string) error",
	"strings":              "package strings; func ToUpper(string) string",
	"math/rand":            "package rand; func Int() int",
	"crypto/rand":          "package rand; func Text() string",
	"math/rand/v2":         "package rand; func IntN(int) int",
	"time":                 "package time; type Time struct{}; func Now() Time",
	"example.com/go-x/v2":  "package x; func X() int",
	"example.com/odd":      "package strange; func S() int",
	"example.com/yaml.v3":  "package yaml; func Y() int",
	"stagecraft/s/gen/v1":  "package genv1; func G() int",
	"github.com/google/id": "package id; func NewString() string",
}

func (fewPackages) Import(path string) (*types.Package, error) {
	source, ok := sources[path]
	if !ok {
		return nil, fmt.Errorf("no package %s", path)
	}
	f, err := parser.ParseFile(fileSet, "", source, 0)
	if err != nil {
		return nil, err
	}
	config := types.Config{IgnoreFuncBodies: true, Error: func(error) {}}
	pkg, _ := config.Check(path, fileSet, []*ast.File{f}, nil)
	pkg.MarkComplete()
	return pkg, nil
}
