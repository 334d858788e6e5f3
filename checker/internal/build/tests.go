package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
)

// Tests compiles the packages pkgs of dir ("order/internal/domain") together with hidden test files and returns the test binaries by package.
// overlay maps paths relative to dir to contents; nothing is written into dir. Test files that lie in these packages on the disk
// are left out, so that a learner's own tests neither slow nor break the verdict. Run a binary with the package's directory as its own.
func Tests(ctx context.Context, dir string, overlay map[string][]byte, pkgs ...string) (map[string]string, error) {
	dir, err := absolute(dir)
	if err != nil {
		return nil, fmt.Errorf("build the tests: %w", err)
	}
	store, err := openStore(dir, "")
	if err != nil {
		return nil, err
	}
	packages, err := newGraph(dir, overlay)
	if err != nil {
		return nil, err
	}
	binaries := make(map[string]string, len(pkgs))
	var rounds [][]pending
	for _, pkg := range pkgs {
		clean := path.Clean(filepath.ToSlash(pkg))
		key, err := packages.key(clean, true)
		if err != nil {
			return nil, fmt.Errorf("build the tests of %s: %w", clean, err)
		}
		key = shorten("test", clean, key)
		next := pending{asked: pkg, pkg: clean, key: key}
		if kept, ok := store.find(key, next.binary()); ok {
			binaries[pkg] = kept
			continue
		}
		rounds = plan(rounds, next)
	}
	if len(rounds) == 0 {
		return binaries, nil
	}
	fresh, remove, err := store.temp()
	if err != nil {
		return nil, err
	}
	defer remove()
	replaced, err := writeOverlay(fresh, dir, overlay, rounds)
	if err != nil {
		return nil, fmt.Errorf("lay the hidden tests over: %w", err)
	}
	for i, round := range rounds {
		into := filepath.Join(fresh, fmt.Sprintf("out%d", i))
		args := append([]string{"test", "-c", "-vet=off", "-overlay", replaced}, flags...)
		args = append(args, "-o", into+string(filepath.Separator))
		for _, next := range round {
			args = append(args, "./"+next.pkg)
		}
		if err := runGo(ctx, dir, args...); err != nil {
			return nil, unveil(err, dir, fresh, overlay)
		}
		for _, next := range round {
			if binaries[next.asked], err = store.keep(next.key, filepath.Join(into, next.binary())); err != nil {
				return nil, fmt.Errorf("keep the tests of %s: %w", next.pkg, err)
			}
		}
	}
	store.prune()
	return binaries, nil
}

// pending is a package whose tests must be compiled.
type pending struct{ asked, pkg, key string }

func (p pending) binary() string { return path.Base(p.pkg) + ".test" }

// plan puts a package into the first round in which no other has the same binary's name: the go command refuses two of one name.
func plan(rounds [][]pending, next pending) [][]pending {
	for i, round := range rounds {
		if !slices.ContainsFunc(round, func(other pending) bool { return other.binary() == next.binary() }) {
			rounds[i] = append(round, next)
			return rounds
		}
	}
	return append(rounds, []pending{next})
}

// writeOverlay writes the file for go's -overlay and the contents that it names into fresh.
func writeOverlay(fresh, dir string, overlay map[string][]byte, rounds [][]pending) (string, error) {
	replace := map[string]string{}
	for _, round := range rounds {
		for _, next := range round {
			own, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(next.pkg), "*_test.go"))
			if err != nil {
				return "", err
			}
			for _, file := range own {
				replace[file] = "" // the go command takes it for deleted
			}
		}
	}
	for i, name := range slices.Sorted(maps.Keys(overlay)) {
		content := filepath.Join(fresh, standIn(i, name))
		if err := os.WriteFile(content, overlay[name], 0o644); err != nil {
			return "", err
		}
		replace[filepath.Join(dir, filepath.FromSlash(name))] = content
	}
	body, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(fresh, "overlay.json")
	return file, os.WriteFile(file, body, 0o644)
}

// unveil gives hidden files the names they would have in dir: the go command complains about the files that stand in for them.
func unveil(err error, dir, fresh string, overlay map[string][]byte) error {
	var failed *Error
	if !errors.As(err, &failed) {
		return err
	}
	output := failed.Output
	for i, name := range slices.Sorted(maps.Keys(overlay)) {
		content := regexp.MustCompile(`[^\s:]*` + regexp.QuoteMeta(path.Join(filepath.Base(fresh), standIn(i, name))))
		output = content.ReplaceAllLiteralString(output, name)
	}
	failed = newError(dir, output)
	for i, d := range failed.Diagnostics {
		_, failed.Diagnostics[i].Hidden = overlay[d.File]
	}
	return failed
}

func standIn(i int, name string) string { return fmt.Sprintf("%03d-%s", i, path.Base(name)) }
