package paths

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatch_DirectoryWithGlobCharacters_FindsItsFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a [b] *c ?ü")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	file := filepath.Join(dir, "run-1")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	require.Equal(t, []string{file}, Match(dir, "run-*"))
}
