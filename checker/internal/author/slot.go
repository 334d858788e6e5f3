package author

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"stagecraft/checker/internal/build"
)

// A slot is a directory for variants, one after the other. Slots keep their paths, so the go command's cache holds most of what is
// built there. A lock keeps a second proof of the same repository out; that one takes other slots.
type slot struct {
	dir  string
	lock *os.File
}

func takeSlot(root, kind string) (*slot, error) {
	parent := filepath.Join(root, ".stagecraft", kind)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("prepare a directory for variants: %w", err)
	}
	for n := 1; ; n++ {
		dir := filepath.Join(parent, fmt.Sprint(n))
		lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return nil, fmt.Errorf("prepare a directory for variants: %w", err)
		}
		err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return &slot{dir: dir, lock: lock}, nil
		}
		_ = lock.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("prepare a directory for variants: %w", err)
		}
	}
}

// free empties the slot for the next.
func (s *slot) free() {
	_ = os.RemoveAll(s.dir)
	_ = os.RemoveAll(s.dir + build.Beside)
	_ = s.lock.Close() // unlocks; the file stays because another process may have it open
}
