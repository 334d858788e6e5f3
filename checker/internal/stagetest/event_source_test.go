package stagetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// logEvent is what the source says about one name of an event: the levels at which it is written and the service that writes it.
type logEvent struct {
	Levels  []string
	Service string
}

var (
	levels    = []string{"Debug", "Info", "Warn", "Error"}
	eventName = regexp.MustCompile(`^[a-z]+\.[a-z_]+\.[a-z_]+$`)
)

// forEachFile parses the code of the stage, without tests and generated code.
func (s stage) forEachFile(t *testing.T, visit func(path string, file *ast.File)) {
	t.Helper()
	files := token.NewFileSet()
	require.NoError(t, filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "gen":
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.dir, path)
		if err == nil {
			visit(filepath.ToSlash(rel), file)
		}
		return err
	}))
}

// eventsInCode finds the names given to logging.Event. One that is composed, as service+".service.started", is <service>.service.started.
// Those of the domain, event.EventType(), are left to domainEvents.
func (s stage) eventsInCode(t *testing.T) map[string]logEvent {
	t.Helper()
	found := make(map[string]logEvent)
	s.forEachFile(t, func(path string, file *ast.File) {
		var enclosing []ast.Node
		ast.Inspect(file, func(node ast.Node) bool {
			if node == nil {
				enclosing = enclosing[:len(enclosing)-1]
				return true
			}
			if call, ok := node.(*ast.CallExpr); ok && isCall(call, "logging", "Event") {
				if name, ok := nameOf(call.Args[0]); ok {
					event := found[name]
					event.Service, _, _ = strings.Cut(path, "/")
					if level := levelAround(enclosing); !slices.Contains(event.Levels, level) {
						event.Levels = append(event.Levels, level)
						slices.Sort(event.Levels)
					}
					found[name] = event
				} else if !isEventType(call.Args[0]) {
					t.Errorf("%s: logging.Event of something that is neither a name nor an EventType()", path)
				}
			}
			enclosing = append(enclosing, node)
			return true
		})
	})
	return found
}

func isCall(call *ast.CallExpr, pkg, name string) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != name {
		return false
	}
	from, ok := selector.X.(*ast.Ident)
	return ok && from.Name == pkg
}

func nameOf(expr ast.Expr) (string, bool) {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		name, err := strconv.Unquote(expr.Value)
		return name, err == nil
	case *ast.BinaryExpr:
		suffix, ok := nameOf(expr.Y)
		return "<service>" + suffix, ok
	default:
		return "", false
	}
}

func isEventType(expr ast.Expr) bool {
	call, ok := expr.(*ast.CallExpr)
	if !ok {
		return false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "EventType"
}

// levelAround is the method of the logger that the event is an argument of, or "by outcome" when fields are collected for Log.
func levelAround(enclosing []ast.Node) string {
	for _, node := range slices.Backward(enclosing) {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			continue
		}
		if selector, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(levels, selector.Sel.Name) {
			return strings.ToLower(selector.Sel.Name)
		}
	}
	return "by outcome"
}

// domainEvents finds the names of events in the domain, with the version that the type of the event returns.
func (s stage) domainEvents(t *testing.T) map[string]int {
	t.Helper()
	found := make(map[string]int)
	s.forEachFile(t, func(path string, file *ast.File) {
		if !strings.Contains(path, "/internal/domain/") {
			return
		}
		// A type whose EventType returns one literal has its own version; other names in a file belong to its one other type.
		names, versions := make(map[string]string), make(map[string]int)
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				receiver, returned := methodOf(node)
				switch {
				case node.Name.Name == "EventType" && returned != nil && returned.Kind == token.STRING:
					name, _ := strconv.Unquote(returned.Value)
					names[name] = receiver
				case node.Name.Name == "Version" && returned != nil && returned.Kind == token.INT:
					versions[receiver], _ = strconv.Atoi(returned.Value)
				}
			case *ast.BasicLit:
				if name, err := strconv.Unquote(node.Value); err == nil && eventName.MatchString(name) && names[name] == "" {
					names[name] = ""
				}
			}
			return true
		})
		for name, receiver := range names {
			if receiver == "" && len(versions) == 1 {
				for only := range versions {
					receiver = only
				}
			}
			found[name] = versions[receiver]
		}
	})
	return found
}

// methodOf returns the type of a method, and the literal when its body is nothing but the return of one.
func methodOf(method *ast.FuncDecl) (receiver string, returned *ast.BasicLit) {
	if method.Recv == nil || method.Body == nil || len(method.Body.List) != 1 {
		return "", nil
	}
	if ident, ok := method.Recv.List[0].Type.(*ast.Ident); ok {
		receiver = ident.Name
	}
	if statement, ok := method.Body.List[0].(*ast.ReturnStmt); ok && len(statement.Results) == 1 {
		returned, _ = statement.Results[0].(*ast.BasicLit)
	}
	return receiver, returned
}
