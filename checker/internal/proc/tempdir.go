package proc

import (
	"fmt"
	"os"
)

// TempDir makes a directory like os.MkdirTemp that is gone after remove, and also after this program has been killed.
// A process that lives in it (by its working directory) is killed with it.
func TempDir(parent, pattern string) (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(parent, pattern)
	if err != nil {
		return "", nil, fmt.Errorf("make a temporary directory: %w", err)
	}
	w, err := theWarden()
	if err != nil {
		_ = os.RemoveAll(dir)
		return "", nil, err
	}
	w.add(registration{Dir: dir})
	return dir, func() {
		_ = os.RemoveAll(dir)
		w.remove(registration{Dir: dir})
	}, nil
}

// RemoveOnDeath has the warden remove dir when this program ends in any way; forget takes that back.
func RemoveOnDeath(dir string) (forget func(), err error) {
	w, err := theWarden()
	if err != nil {
		return nil, err
	}
	w.add(registration{Dir: dir})
	return func() { w.remove(registration{Dir: dir}) }, nil
}
