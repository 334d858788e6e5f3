package monorepo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

const (
	shopPath = "shop"
	errsPath = "shop/platform/errs"
	errsDir  = "platform/errs"
)

// scratch is a directory that the check removes at its end.
func scratch(t *check.T) string {
	dir, err := os.MkdirTemp("", "monorepo-")
	t.Ours("make a directory", err)
	t.Cleanup(func(context.Context) { _ = os.RemoveAll(dir) })
	dir, err = filepath.EvalSymlinks(dir)
	t.Ours("make a directory", err)
	return dir
}

// elsewhere is a copy of the learner's tree: what is right only at its own place, or only with a file that a command leaves, is wrong there.
func elsewhere(t *check.T) string {
	dir := filepath.Join(scratch(t), "shop")
	t.Ours("copy the workspace", copyTree(dir, t.Dir(), func(string) bool { return true }))
	return dir
}

// copyTree copies the regular files that keep wants, by path relative to src.
func copyTree(dst, src string, keep func(name string) bool) error {
	return filepath.WalkDir(src, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(src, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if entry.IsDir() {
			if slices.Contains([]string{".git", ".stagecraft", "bin"}, name) || name != "." && !keep(name) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || !keep(name) {
			return nil
		}
		return copyFile(filepath.Join(dst, filepath.FromSlash(name)), path)
	})
}

func copyFile(dst, src string) error {
	body, err := os.ReadFile(src)
	if err != nil {
		return err
	}
	info, err := os.Stat(src)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return err
	}
	return os.WriteFile(dst, body, info.Mode().Perm()|0o600)
}

func exists(elements ...string) bool {
	_, err := os.Stat(filepath.Join(elements...))
	return err == nil
}

// environment is that of the go commands: nothing is downloaded, and the learner's shell changes nothing.
func environment(dir, work string) []string {
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains([]string{"GOFLAGS", "GOWORK", "GOPROXY", "GOSUMDB", "GOENV", "PWD", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}, name)
	})
	return append(env, "GOFLAGS=-mod=readonly -buildvcs=false -trimpath", "GOPROXY=off", "GOSUMDB=off", "GOWORK="+work, "PWD="+dir)
}

// goIn runs a go command in a directory; the text is what it printed, and what went wrong when it failed.
func goIn(t *check.T, dir, work string, args ...string) (text string, ok bool) {
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir, command.Env = dir, environment(dir, work)
	out, err := command.Output()
	if t.Context().Err() != nil {
		t.Ours("go "+args[0], t.Context().Err())
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return brief(string(exit.Stderr)+string(out), filepath.Dir(dir)), false
	}
	t.Ours("go "+args[0], err)
	return string(out), true
}

// brief are the first lines of what a command printed, without the place of the copy, if one is given.
func brief(text, dir string) string {
	const most = 12
	if dir != "" {
		text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	return strings.Join(lines, "\n")
}
