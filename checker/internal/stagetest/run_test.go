package stagetest

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A variable that no service reads any more would be set without effect, while its successor keeps its default.
func TestRunScript_EveryVariableItSets_IsReadByAService(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		known := s.variablesInReadme(t)
		commands := regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(s.read(t, "compose/run.sh"), "")
		set := regexp.MustCompile(`(?m)(?:^|[\s(])([A-Z][A-Z0-9_]*)=`).FindAllStringSubmatch(commands, -1)
		require.Greater(t, len(set), 15)
		for _, name := range set {
			assert.Contains(t, known, name[1], "no service reads it")
		}
	})
}
