package progress

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Update loads, lets change alter the state, and saves, so that two checkers at once lose nothing of each other's.
func Update(root string, change func(*Progress)) (*Progress, error) {
	dir := filepath.Dir(Path(root))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("save progress: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "progress.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock progress: %w", err)
	}
	defer func() { _ = lock.Close() }() // closing unlocks, and so does dying
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return nil, fmt.Errorf("lock progress: %w", err)
	}
	p, err := Load(root)
	if err != nil {
		return nil, err
	}
	change(p)
	return p, Save(root, p)
}
