package workspace

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"stagecraft/checker/internal/overlay"
)

// Make writes the stage with an overlay on it into dir, as a module whose path is the stage's import path: no import line changes.
// The stage's own tests of the packages that the overlay touches are left out, unless the overlay gives them: they may use what
// the overlay has taken away, and a right solution may not have it either.
func Make(dir, root, stage string, over fs.FS) error {
	base := tree{os.DirFS(filepath.Join(root, stage))}
	changed, err := overlay.Apply(base, over)
	if err != nil {
		return err
	}
	if err := leaveOutTests(base, changed); err != nil {
		return err
	}
	if err := overlay.Write(dir, base, changed); err != nil {
		return err
	}
	return writeModule(dir, root, stage)
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

// writeModule gives dir a go.mod with everything that the repository's own requires, so that it builds without a network.
func writeModule(dir, root, stage string) error {
	source, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return fmt.Errorf("make the module: %w", err)
	}
	mod, err := modfile.Parse("go.mod", source, nil)
	if err != nil {
		return fmt.Errorf("make the module: %w", err)
	}
	if err := mod.AddModuleStmt(path.Join(mod.Module.Mod.Path, filepath.ToSlash(stage))); err != nil {
		return fmt.Errorf("make the module: %w", err)
	}
	for _, tool := range mod.Tool {
		_ = mod.DropTool(tool.Path)
	}
	for _, replace := range mod.Replace {
		if replace.New.Version == "" && !filepath.IsAbs(replace.New.Path) {
			if err := mod.AddReplace(replace.Old.Path, replace.Old.Version, filepath.Join(root, replace.New.Path), ""); err != nil {
				return fmt.Errorf("make the module: %w", err)
			}
		}
	}
	mod.Cleanup()
	body, err := mod.Format()
	if err != nil {
		return fmt.Errorf("make the module: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), body, 0o644); err != nil {
		return fmt.Errorf("make the module: %w", err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return fmt.Errorf("make the module: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644)
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
