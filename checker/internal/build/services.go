package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
)

// flags of every build: the binaries need no debugger, and linking without its tables is a third faster.
var flags = []string{"-buildvcs=false", "-ldflags=-s -w"}

// Services builds dir/<name>/cmd/<name> for each name, with one go command for all that changed, and returns the binaries by name.
// Binaries are kept under out ("": .stagecraft/build of the repository that dir is in) by a hash of the packages they are made of,
// so an unchanged service is not built again.
func Services(ctx context.Context, dir string, names []string, out string) (map[string]string, error) {
	dir, err := absolute(dir)
	if err != nil {
		return nil, fmt.Errorf("build the services: %w", err)
	}
	store, err := openStore(dir, out)
	if err != nil {
		return nil, err
	}
	packages, err := newGraph(dir, nil)
	if err != nil {
		return nil, err
	}
	var (
		binaries = make(map[string]string, len(names))
		wanted   = map[string]string{} // name → key
		args     []string
	)
	for _, name := range names {
		pkg := name + "/cmd/" + name
		key, err := packages.key(pkg, false)
		if err != nil {
			return nil, fmt.Errorf("build %s: %w", name, err)
		}
		key = shorten("service", name, key)
		if path, kept := store.find(key, name); kept {
			binaries[name] = path
			continue
		}
		if _, twice := wanted[name]; !twice {
			wanted[name], args = key, append(args, "./"+pkg)
		}
	}
	if len(wanted) == 0 {
		return binaries, nil
	}
	fresh, remove, err := store.temp()
	if err != nil {
		return nil, err
	}
	defer remove()
	command := append([]string{"build"}, flags...)
	command = append(command, "-o", fresh+string(filepath.Separator))
	if err := runGo(ctx, dir, append(command, args...)...); err != nil {
		return nil, err
	}
	for name, key := range wanted {
		if binaries[name], err = store.keep(key, filepath.Join(fresh, name)); err != nil {
			return nil, fmt.Errorf("keep the binary of %s: %w", name, err)
		}
	}
	store.prune()
	return binaries, nil
}

func shorten(parts ...string) string {
	h := sha256.New()
	field(h, parts...)
	field(h, flags...)
	return hex.EncodeToString(h.Sum(nil))[:24]
}
