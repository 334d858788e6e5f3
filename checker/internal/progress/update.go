package progress

import (
	"fmt"
	"path/filepath"

	"stagecraft/checker/internal/statefile"
)

// Update loads, lets change alter the state, and saves, so that two checkers at once lose nothing of each other's.
func Update(root string, change func(*Progress)) (*Progress, error) {
	lock, err := statefile.Lock(filepath.Join(filepath.Dir(Path(root)), "progress.lock"))
	if err != nil {
		return nil, fmt.Errorf("lock progress: %w", err)
	}
	defer func() { _ = lock.Close() }() // closing unlocks, and so does dying
	p, err := Load(root)
	if err != nil {
		return nil, err
	}
	change(p)
	return p, Save(root, p)
}
