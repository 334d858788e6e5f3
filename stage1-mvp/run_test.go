package stage1mvp_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A variable that nobody reads any more would be set in silence, and its successor keep its default.
func TestRunSetsOnlyWhatServicesRead(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	known := inTable(string(readme))
	script, err := os.ReadFile("compose/run.sh")
	require.NoError(t, err)
	commands := regexp.MustCompile(`(?m)^\s*#.*$`).ReplaceAllString(string(script), "")
	set := regexp.MustCompile(`(?m)(?:^|[\s(])([A-Z][A-Z0-9_]*)=`).FindAllStringSubmatch(commands, -1)
	require.Greater(t, len(set), 15)
	for _, name := range set {
		assert.Contains(t, known, name[1], "no service reads it")
	}
}
