package zerodowntime

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/workspace"
)

// earlier are the releases that are gone, as overlays on the first stage: before knows no total, writes writes it and does not read it.
//
//go:embed testdata/releases
var earlier embed.FS

const stage = "stage1-mvp"

// earlierBinaries builds both releases once in a process.
var earlierBinaries struct {
	sync.Mutex
	paths map[string]string
}

// startEarlier starts inventory of an earlier release on the database.
func startEarlier(t *check.T, release, address string) *stack.Stack {
	binary, err := earlierBinary(t.Context(), t.Root(), release)
	t.Ours("build the release "+release, err)
	s, err := stack.Start(t.Context(), stack.Options{
		Bins: map[string]string{service: binary}, Databases: map[string]string{stack.Database(service): address}, Direct: true, OnEvent: t.FaultSink(),
	})
	t.Ours("start the release "+release, err)
	t.Cleanup(func(context.Context) { s.Close() })
	return s
}

func earlierBinary(ctx context.Context, root, release string) (string, error) {
	earlierBinaries.Lock()
	defer earlierBinaries.Unlock()
	key := root + "#" + release
	if binary := earlierBinaries.paths[key]; binary != "" {
		return binary, nil
	}
	dir, err := earlierSource(root, release)
	if err != nil {
		return "", err
	}
	binaries, err := build.Services(ctx, dir, []string{service}, filepath.Join(root, ".stagecraft", "releases"))
	if err != nil {
		return "", err
	}
	if earlierBinaries.paths == nil {
		earlierBinaries.paths = map[string]string{}
	}
	earlierBinaries.paths[key] = binaries[service]
	return binaries[service], nil
}

// earlierSource returns a directory with the release's code. It is made once for the same code, so that the go command knows its files.
func earlierSource(root, release string) (string, error) {
	over, err := fs.Sub(earlier, path.Join("testdata/releases", release))
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, tree := range []fs.FS{os.DirFS(filepath.Join(root, stage)), over} {
		packed, err := workspace.Pack(tree)
		if err != nil {
			return "", err
		}
		sum.Write(packed)
	}
	kept := filepath.Join(root, ".stagecraft", "releases", "source")
	dir := filepath.Join(kept, release+"-"+hex.EncodeToString(sum.Sum(nil)[:8]))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(kept, 0o755); err != nil {
		return "", err
	}
	fresh, err := os.MkdirTemp(kept, ".new-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	if err := workspace.Make(filepath.Join(fresh, release), root, stage, over); err != nil {
		return "", fmt.Errorf("make the source of the release %s: %w", release, err)
	}
	if err := os.Rename(filepath.Join(fresh, release), dir); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, missing := os.Stat(dir); missing != nil {
			return "", err
		}
	}
	return dir, nil
}
