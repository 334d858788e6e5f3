package stagetest

import (
	"cmp"
	"fmt"
	"go/types"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// variable is one row of the table: what a service reads, the default, and the services that read it.
type variable struct {
	Name, Default string
	Services      []string
}

func TestReadme_TableOfVariables_MatchesConfigStructs(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		assert.Equal(t, s.variablesInCode(t), s.variablesInReadme(t), "expected is what the config structs say, actual what the README says")
	})
}

// variablesInCode reads the tags of the config structs. They are in internal packages and so read as types, not imported.
func (s stage) variablesInCode(t *testing.T) map[string]variable {
	t.Helper()
	found := make(map[string]variable)
	for _, service := range s.services {
		loaded, err := packages.Load(&packages.Config{Mode: packages.NeedTypes | packages.NeedName, Dir: s.dir}, "./"+service+"/internal/config")
		require.NoError(t, err)
		require.Len(t, loaded, 1)
		require.Empty(t, loaded[0].Errors)
		config := loaded[0].Types.Scope().Lookup("Config")
		require.NotNil(t, config, "%s has no config.Config", service)
		collect(config.Type(), func(name, fallback string) {
			v := found[name]
			if v.Name != "" && v.Default != fallback {
				t.Errorf("%s has the default %s in %s and %s in %s", name, fallback, service, v.Default, v.Services)
			}
			v.Name, v.Default = name, fallback
			if !slices.Contains(v.Services, service) {
				v.Services = append(v.Services, service)
			}
			found[name] = v
		})
	}
	return found
}

func collect(of types.Type, add func(name, fallback string)) {
	fields, ok := of.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i := range fields.NumFields() {
		tag := reflect.StructTag(fields.Tag(i))
		name, tagged := tag.Lookup("env")
		switch fallback, hasDefault := tag.Lookup("default"); {
		case !tagged:
			collect(fields.Field(i).Type(), add)
		case hasDefault:
			add(name, "`"+fallback+"`")
		case tag.Get("optional") == "true":
			add(name, "none")
		default:
			add(name, "required")
		}
	}
}

var row = regexp.MustCompile("(?m)^\\| `([A-Z0-9_]+)` \\| ([^|]+) \\| ([^|]+) \\|")

func (s stage) variablesInReadme(t *testing.T) map[string]variable {
	t.Helper()
	found := make(map[string]variable)
	for _, cells := range row.FindAllStringSubmatch(s.read(t, "README.md"), -1) {
		readers := strings.Split(cells[3], ", ")
		switch cells[3] {
		case "all":
			readers = s.services
		case "gRPC services":
			readers = s.stores
		}
		readers = slices.Clone(readers)
		slices.SortFunc(readers, func(a, b string) int { return cmp.Compare(slices.Index(s.services, a), slices.Index(s.services, b)) })
		found[cells[1]] = variable{Name: cells[1], Default: cells[2], Services: readers}
	}
	return found
}

// String makes a difference readable.
func (v variable) String() string {
	return fmt.Sprintf("%s=%s (%s)", v.Name, v.Default, strings.Join(v.Services, ", "))
}
