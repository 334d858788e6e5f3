// Package paths finds files in directories of any name.
package paths

import (
	"io/fs"
	"os"
	"path/filepath"
)

// Match returns the paths below dir that match pattern ("logs/*/*.log"), sorted. Only pattern is a pattern: a clone may lie in a
// directory called "a [b]".
func Match(dir, pattern string) []string {
	found, _ := fs.Glob(os.DirFS(dir), pattern)
	for i, name := range found {
		found[i] = filepath.Join(dir, filepath.FromSlash(name))
	}
	return found
}
