package stagetest

import (
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A line has the fields of its call and those of its logger, which are added elsewhere in the file. So a field in the call must be
// in the catalogue, and a field in the catalogue must be somewhere in the file.
func TestEventCatalogue_FieldsOfLogEvents_MatchTheCode(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		listed := make(map[string][]string)
		for _, cells := range s.catalogueRows(t, logColumns) {
			listed[cells[0]] = fieldsOf(cells[3])
		}
		for _, line := range s.loggedLines(t) {
			if line.event != "" {
				assert.Subset(t, listed[line.event], line.fields, "%s: %s has a field that docs/events.md does not name", line.path, line.event)
				assert.Subset(t, line.file, listed[line.event], "%s: docs/events.md names a field that %s never has", line.path, line.event)
			}
		}
	})
}

// Domain events are logged in one place for all of a kind.
func TestEventCatalogue_FieldsOfDomainEvents_MatchTheCode(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		listed, logged := make(map[string][]string), make(map[string][]string)
		add := func(to map[string][]string, service string, fields []string) {
			list := strings.Join(slices.Sorted(slices.Values(fields)), ", ")
			if !slices.Contains(to[service], list) {
				to[service] = append(to[service], list)
				slices.Sort(to[service])
			}
		}
		for _, cells := range s.catalogueRows(t, domainColumns) {
			add(listed, cells[2], append(fieldsOf(cells[3]), "event_version"))
		}
		for _, line := range s.loggedLines(t) {
			if line.event == "" {
				service, _, _ := strings.Cut(line.path, "/")
				add(logged, service, line.fields)
			}
		}
		assert.Equal(t, logged, listed, "expected is what the code logs, actual what docs/events.md says")
	})
}

func fieldsOf(cell string) []string {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ' ' })
}

// loggedLine is one place that logs: the fields beside its logging.Event, and all fields of the file. The name is empty for a domain
// event, whose name is not known there.
type loggedLine struct {
	path, event  string
	fields, file []string
}

func (s stage) loggedLines(t *testing.T) (lines []loggedLine) {
	t.Helper()
	s.forEachFile(t, func(path string, file *ast.File) {
		here, inFile := []loggedLine(nil), []string(nil)
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok {
				inFile = append(inFile, fieldOf(call))
			}
			line, isLine := loggedLine{path: path}, false
			for _, element := range elementsOf(node) {
				call, ok := element.(*ast.CallExpr)
				if !ok {
					continue
				}
				if isCall(call, "logging", "Event") {
					line.event, _ = nameOf(call.Args[0])
					isLine = true
				} else if field := fieldOf(call); field != "" {
					line.fields = append(line.fields, field)
				}
			}
			if isLine {
				here = append(here, line)
			}
			return true
		})
		for i := range here {
			here[i].file = inFile
		}
		lines = append(lines, here...)
	})
	return lines
}

// elementsOf returns what may be fields: the arguments of a call, or []zap.Field{…}. The arguments of With are fields of other lines.
func elementsOf(node ast.Node) []ast.Expr {
	switch node := node.(type) {
	case *ast.CallExpr:
		if selector, ok := node.Fun.(*ast.SelectorExpr); !ok || selector.Sel.Name != "With" {
			return node.Args
		}
	case *ast.CompositeLit:
		return node.Elts
	}
	return nil
}

// fieldOf returns the key of zap.String("key", …). Every logging.Error also has the error's code.
func fieldOf(call *ast.CallExpr) string {
	if isCall(call, "logging", "Error") {
		return "error"
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || !isCall(call, "zap", selector.Sel.Name) {
		return ""
	}
	key, _ := nameOf(call.Args[0])
	return key
}
