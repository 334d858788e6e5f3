package images

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The verdicts depend on the tool, which is a module of its own. With its hash in the package, a proof of the lesson is about the tool as well.
func TestToolSum_IsThatOfTheTool(t *testing.T) {
	t.Parallel()
	files := []string{filepath.Join("tool", "go.mod"), filepath.Join("tool", "go.sum")}
	sources, err := filepath.Glob("tool/cmd/images/*.go")
	require.NoError(t, err)
	sum := sha256.New()
	for _, file := range append(files, sources...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(file), len(text), text)
	}
	assert.Equal(t, hex.EncodeToString(sum.Sum(nil)), toolSum, "the tool has changed: write its hash into toolSum, and verify the lesson again")
}
