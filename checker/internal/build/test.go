package build

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"stagecraft/checker/internal/proc"
)

// Test compiles the package pkg of dir ("order/internal/domain") together with hidden test files and returns the test binary.
// overlay maps paths relative to dir to contents; nothing is written into dir. The package's test files on the disk are left out, so
// that a learner's own tests neither slow nor break the verdict. Run the binary with the package's directory as its own.
func Test(ctx context.Context, dir string, overlay map[string][]byte, pkg string) (string, error) {
	dir, err := absolute(dir)
	if err != nil {
		return "", fmt.Errorf("build the tests: %w", err)
	}
	at, err := place(dir, "")
	if err != nil {
		return "", err
	}
	scratch, remove, err := proc.TempDir(at, ".overlay-")
	if err != nil {
		return "", fmt.Errorf("build the tests of %s: %w", pkg, err)
	}
	defer remove()
	pkg = path.Clean(filepath.ToSlash(pkg))
	replaced, err := writeOverlay(scratch, dir, overlay, pkg)
	if err != nil {
		return "", fmt.Errorf("lay the hidden tests over: %w", err)
	}
	name := strings.ReplaceAll(pkg, "/", "-") + ".test"
	args := append([]string{"test", "-c", "-vet=off", "-overlay", replaced}, flags...)
	args = append(args, "-o", filepath.Join(at, name), "./"+pkg)
	if err := runGoOverlaid(ctx, dir, scratch, overlay, args...); err != nil {
		return "", err
	}
	binary, err := fix(at, filepath.Join(at, name), name)
	if err != nil {
		return "", fmt.Errorf("keep the tests of %s: %w", pkg, err)
	}
	prune(filepath.Dir(at))
	return binary, nil
}

// writeOverlay writes the file for go's -overlay and the contents that it names into scratch.
func writeOverlay(scratch, dir string, overlay map[string][]byte, pkg string) (string, error) {
	replace := map[string]string{}
	within := filepath.Join(dir, filepath.FromSlash(pkg))
	entries, err := os.ReadDir(within)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), "_test.go") {
			replace[filepath.Join(within, entry.Name())] = "" // the go command takes it for deleted
		}
	}
	for i, name := range slices.Sorted(maps.Keys(overlay)) {
		content := filepath.Join(scratch, standIn(i, name))
		if err := os.WriteFile(content, overlay[name], 0o644); err != nil {
			return "", err
		}
		replace[filepath.Join(dir, filepath.FromSlash(name))] = content
	}
	body, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(scratch, "overlay.json")
	return file, os.WriteFile(file, body, 0o644)
}

// unveil gives hidden files the names they would have in dir: the go command complains about the files that stand in for them.
func unveil(output, scratch string, overlay map[string][]byte) string {
	for i, name := range slices.Sorted(maps.Keys(overlay)) {
		content := regexp.MustCompile(`[^\s:]*` + regexp.QuoteMeta(path.Join(filepath.Base(scratch), standIn(i, name))))
		output = content.ReplaceAllLiteralString(output, name)
	}
	return output
}

func standIn(i int, name string) string { return fmt.Sprintf("%03d-%s", i, path.Base(name)) }
