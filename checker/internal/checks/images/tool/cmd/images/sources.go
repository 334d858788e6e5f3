package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// readContext reads the build context as it is on the disk, and adds what is planted.
func readContext(dir string, plant map[string]string) (tree, error) {
	t := newTree()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil || rel == "." {
			return err
		}
		rel = "/" + filepath.ToSlash(rel)
		if d.IsDir() && slices.Contains([]string{"/.git", "/.stagecraft", "/node_modules"}, rel) {
			return filepath.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		n := &node{Mode: info.Mode() & (fs.ModePerm | fs.ModeType), From: "context:" + rel[1:]}
		switch {
		case d.IsDir():
			n.Mode = fs.ModeDir | 0o755
		case info.Mode()&fs.ModeSymlink != 0:
			n.Link, err = os.Readlink(name)
		case info.Mode().IsRegular() && info.Size() <= 1<<20:
			n.Mode = 0o644 | info.Mode()&0o111
			n.Data, err = os.ReadFile(name)
		case info.Mode().IsRegular():
			n.Size = info.Size()
		default:
			return nil
		}
		t[rel] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the build context: %w", err)
	}
	for name, text := range plant {
		t.put("/"+name, &node{Mode: 0o600, Data: []byte(text), From: "context:" + name})
	}
	return t, nil
}

// sent is the part of the context that .dockerignore lets through. Dockerfile.dockerignore comes before .dockerignore, as with BuildKit.
func sent(all tree) (tree, error) {
	text := []byte(nil)
	for _, name := range []string{"/.dockerignore", "/Dockerfile.dockerignore"} {
		if n := all.get(name); n != nil {
			text = n.Data
		}
	}
	patterns, err := ignorefile.ReadAll(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf(".dockerignore: %w", err)
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, fmt.Errorf(".dockerignore: %w", err)
	}
	result := newTree()
	for _, p := range all.under("/") {
		n := all[p]
		ignored, err := matcher.MatchesOrParentMatches(p[1:])
		if err != nil {
			return nil, fmt.Errorf(".dockerignore: %w", err)
		}
		if ignored {
			continue
		}
		if n.Mode.IsDir() {
			if len(patterns) == 0 || !slices.ContainsFunc(patterns, func(p string) bool { return strings.HasPrefix(p, "!") }) {
				result[p] = n
			}
			continue
		}
		for dir := path.Dir(p); dir != "/" && result[dir] == nil; dir = path.Dir(dir) {
			result[dir] = all[dir]
		}
		result[p] = n
	}
	return result, nil
}
