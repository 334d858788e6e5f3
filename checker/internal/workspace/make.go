package workspace

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/overlay"
)

// Make writes the stage with overlays on it, one after the other, into dir. A stage is a module of its own, so the copy is one too and no
// import line changes. The stage's own tests of the packages that the overlays touch are left out, unless an overlay gives them: they may
// use what it has taken away, and a right solution may not have it either.
func Make(dir, root, stage string, overlays ...fs.FS) error {
	base := tree{os.DirFS(filepath.Join(root, stage))}
	changed := map[string][]byte{}
	for _, over := range overlays {
		next, err := overlay.Apply(overlay.Changed(base, changed), over)
		if err != nil {
			return err
		}
		maps.Copy(changed, next)
	}
	if err := leaveOutTests(base, changed); err != nil {
		return err
	}
	return overlay.Write(dir, base, changed)
}

func leaveOutTests(base fs.FS, changed map[string][]byte) error {
	touched := map[string]bool{}
	for name := range changed {
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			touched[path.Dir(name)] = true
		}
	}
	for dir := range touched {
		tests, err := fs.Glob(base, path.Join(dir, "*_test.go"))
		if err != nil {
			return err
		}
		for _, test := range tests {
			if _, given := changed[test]; !given {
				changed[test] = nil
			}
		}
	}
	return nil
}

// tree is a stage without what is no part of it: version control, binaries, state.
type tree struct{ fs.FS }

func (t tree) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(t.FS, name)
	kept := entries[:0]
	for _, entry := range entries {
		switch {
		case entry.IsDir() && (entry.Name() == ".git" || entry.Name() == ".stagecraft" || name == "." && entry.Name() == "bin"):
		default:
			kept = append(kept, entry)
		}
	}
	return kept, err
}
