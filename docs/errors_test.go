package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// packages are those whose errors a learner can see. Errors for authors are not in the handbook.
var packages = []string{"cli", "infra", "run", "workspace", "build", "check", "stack", "demo", "stall", "watch", "room"}

var (
	verb  = regexp.MustCompile(`%[-+# 0-9.]*[a-z]`)
	wraps = regexp.MustCompile("^[^`;]*: %[ws]$") // "read logs: %w": what was being done, and why it failed
)

// messages returns the constant part of every error that the packages can print, by where it is made. bugs are those with which a
// check says that it is wrong itself: the page need not list them, because all of them mean the same.
func messages(t *testing.T) (found, bugs map[string]string) {
	t.Helper()
	found, bugs = map[string]string{}, map[string]string{}
	set := token.NewFileSet()
	for _, name := range packages {
		files, err := filepath.Glob(filepath.Join("..", "checker", "internal", name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", name, err)
		}
		for _, file := range files {
			base := filepath.Base(file)
			if strings.HasSuffix(file, "_test.go") || name == "cli" && (base == "author.go" || base == "carry.go" || base == "drift.go" || base == "grow.go") {
				continue
			}
			tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				var message ast.Expr
				into := found
				switch n := n.(type) {
				case *ast.CallExpr:
					if f, ok := n.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Errorf" || f.Sel.Name == "New") && len(n.Args) > 0 {
						if of, ok := f.X.(*ast.Ident); ok && (of.Name == "fmt" || of.Name == "errors") {
							message = n.Args[0]
						}
					} else if ok && f.Sel.Name == "Unknown" && len(n.Args) == 1 {
						message, into = n.Args[0], bugs
					} else if name == "check" && ok && f.Sel.Name == "Sprintf" && strings.Contains(constant(n.Args[0]), "machine") {
						message = n.Args[0]
					}
				case *ast.CompositeLit: // what a room answers
					if of, ok := n.Type.(*ast.Ident); ok && of.Name == "Refusal" && len(n.Elts) == 2 {
						message = n.Elts[1]
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "What" || key.Name == "fault") {
						message = n.Value
					}
				}
				if message == nil {
					return true
				}
				if text := constant(message); text != "" {
					into[set.Position(n.Pos()).String()] = text
				}
				return false
			})
		}
	}
	return found, bugs
}

// constant returns the longest part of a message that is always the same; "" when the message only says what was being done.
func constant(message ast.Expr) string {
	longest := ""
	ast.Inspect(message, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil || wraps.MatchString(text) {
			return true
		}
		for _, part := range verb.Split(text, -1) {
			if part = strings.Trim(part, " :;`\"()"); len(part) > len(longest) && len(part) > 8 {
				longest = part
			}
		}
		return true
	})
	return longest
}

// span is code in markdown.
var span = regexp.MustCompile("``.+?``|`[^`]+`")

var spaces = regexp.MustCompile(`\s+`)

func plain(text string) string {
	return spaces.ReplaceAllString(strings.NewReplacer("`", "", "\n", " ").Replace(text), " ")
}

// The page of errors has every error that a learner can see, and none that no longer exists.
func TestErrorsPage_ListsEveryErrorOfTheChecker(t *testing.T) {
	source, err := os.ReadFile("errors.md")
	if err != nil {
		t.Fatal(err)
	}
	page := plain(string(source))
	all, bugs := messages(t)
	if len(all) < 50 {
		t.Fatalf("only %d errors found in the source", len(all))
	}
	var code strings.Builder
	for place, text := range all {
		code.WriteString(plain(text) + "\n")
		if !strings.Contains(page, plain(text)) {
			t.Errorf("%s: docs/errors.md lacks %q", place, text)
		}
	}
	for _, text := range bugs {
		code.WriteString(plain(text) + "\n")
	}
	for line := range strings.Lines(string(source)) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, message := range span.FindAllString(cells[1], -1) {
			known := slices.ContainsFunc(strings.Split(plain(message), "…"), func(part string) bool {
				part = strings.Trim(part, " :;,()")
				return len(part) > 8 && strings.Contains(code.String(), part)
			})
			if !known {
				t.Errorf("docs/errors.md: the checker has no error %s", message)
			}
		}
	}
}
