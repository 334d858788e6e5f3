package stagetest

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEventCatalogue_EventsOfTheCode_AreAllListed(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		assert.Equal(t, s.eventsInCode(t), s.eventsInCatalogue(t), "expected is what the code logs, actual what docs/events.md says")
	})
}

func TestEventCatalogue_EventsOfTheDomain_AreAllListedWithTheirVersion(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		assert.Equal(t, s.domainEvents(t), s.domainEventsInCatalogue(t), "expected is what the domain says, actual what docs/events.md says")
	})
}

func TestEventCatalogue_WarningsAndErrors_SayWhatToDo(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		for _, cells := range s.catalogueRows(t, logColumns) {
			if strings.Contains(cells[1], "warn") || strings.Contains(cells[1], "error") {
				assert.NotEmpty(t, cells[5], "%s has the level %s: what should its reader do?", cells[0], cells[1])
			}
		}
	})
}

func TestLogLines_Each_NamesItsEvent(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		s.forEachFile(t, func(path string, file *ast.File) {
			if !imports(file, "go.uber.org/zap") {
				return
			}
			ast.Inspect(file, func(node ast.Node) bool {
				call, ok := node.(*ast.CallExpr)
				if !ok || !isLogCall(call) {
					return true
				}
				named := slices.ContainsFunc(call.Args, func(arg ast.Expr) bool {
					field, ok := arg.(*ast.CallExpr)
					return ok && isCall(field, "logging", "Event")
				})
				assert.True(t, named, "%s: %s has no logging.Event", path, call.Args[0])
				return true
			})
		})
	})
}

// isLogCall reports whether the call is log.Info("…", …). The first argument tells it from methods of these names on other types.
func isLogCall(call *ast.CallExpr) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(levels, selector.Sel.Name) || len(call.Args) == 0 {
		return false
	}
	message, ok := call.Args[0].(*ast.BasicLit)
	return ok && strings.HasPrefix(message.Value, `"`)
}

func imports(file *ast.File, path string) bool {
	return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == strconv.Quote(path) })
}

// The tables of the catalogue differ in their number of columns: name, level, service, fields, when, what to do; and name, version,
// service, fields, when.
const (
	logColumns    = 6
	domainColumns = 5
)

func (s stage) catalogueRows(t *testing.T, columns int) (rows [][]string) {
	t.Helper()
	for line := range strings.Lines(s.read(t, "docs/events.md")) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != columns || !strings.HasPrefix(line, "| `") {
			continue
		}
		for i, cell := range cells {
			cells[i] = strings.Trim(cell, " `")
		}
		rows = append(rows, cells)
	}
	return rows
}

func (s stage) eventsInCatalogue(t *testing.T) map[string]logEvent {
	t.Helper()
	found := make(map[string]logEvent)
	for _, cells := range s.catalogueRows(t, logColumns) {
		event := logEvent{Levels: strings.Split(cells[1], ", "), Service: cells[2]}
		if strings.HasPrefix(cells[0], "platform.") || event.Service == "all" || event.Service == "gRPC services" {
			event.Service = "platform"
		}
		found[cells[0]] = event
	}
	return found
}

func (s stage) domainEventsInCatalogue(t *testing.T) map[string]int {
	t.Helper()
	found := make(map[string]int)
	for _, cells := range s.catalogueRows(t, domainColumns) {
		version, err := strconv.Atoi(cells[1])
		require.NoError(t, err)
		found[cells[0]] = version
	}
	return found
}
