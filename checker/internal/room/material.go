package room

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// bundleName is the repository's file under the room's address.
const bundleName = "stagecraft.bundle"

// MakeBundle writes the last commit of the repository at root, with its history, to a file that `git clone` takes.
func MakeBundle(ctx context.Context, root, dir string) (file, commit string, err error) {
	git := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", root}, args...)...).CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
		}
		return strings.TrimSpace(string(out)), nil
	}
	if commit, err = git("rev-parse", "--short", "HEAD"); err != nil {
		return "", "", err
	}
	refs := []string{"HEAD"}
	if branch, err := git("symbolic-ref", "HEAD"); err == nil { // so that the clone has a branch
		refs = append(refs, branch)
	}
	file = filepath.Join(dir, bundleName)
	// git writes a lock file and renames it: a running download keeps the old file.
	if _, err := git(append([]string{"bundle", "create", "--quiet", file}, refs...)...); err != nil {
		return "", "", err
	}
	return file, commit, nil
}

// material serves the repository and the modules.
func material(mux *http.ServeMux, at Place) error {
	if at.Bundle != "" {
		mux.HandleFunc("GET /"+bundleName, func(w http.ResponseWriter, req *http.Request) {
			patient(w)
			w.Header().Set("Content-Type", "application/octet-stream")
			http.ServeFile(w, req, at.Bundle)
		})
	}
	if at.Modules == "" {
		return nil
	}
	root, err := os.OpenRoot(at.Modules) // refuses links that lead out of it
	if err != nil {
		return fmt.Errorf("serve the modules: %w", err)
	}
	files := http.StripPrefix("/modules", http.FileServerFS(root.FS()))
	mux.HandleFunc("GET /modules/", func(w http.ResponseWriter, req *http.Request) {
		if !moduleFile(req.URL.Path) {
			http.NotFound(w, req)
			return
		}
		patient(w)
		files.ServeHTTP(w, req)
	})
	return nil
}

// moduleFile says whether a path is one of those that the go command asks a proxy for. The cache has others, and directories.
func moduleFile(name string) bool {
	dir, file := path.Split(name)
	return strings.HasSuffix(dir, "/@v/") && (file == "list" || strings.HasSuffix(file, ".info") || strings.HasSuffix(file, ".mod") || strings.HasSuffix(file, ".zip"))
}

// patient gives a download the time that a busy network needs.
func patient(w http.ResponseWriter) {
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	_ = c.SetWriteDeadline(time.Now().Add(15 * time.Minute))
}
