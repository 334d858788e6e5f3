package infra

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// place is where one repository's infrastructure keeps its files.
type place struct{ root string }

func (p place) dir() string       { return filepath.Join(p.root, ".stagecraft", "infra") }
func (p place) statePath() string { return filepath.Join(p.dir(), "state.json") }
func (p place) logPath() string   { return filepath.Join(p.dir(), "supervisor.log") }
func (p place) bundleDir() string { return filepath.Join(p.root, ".stagecraft", "bundle") }
func (p place) lockPath() string  { return filepath.Join(p.dir(), "start.lock") }

// newPlace makes the directory and proves that it can be written to.
func newPlace(root string) (place, error) {
	p := place{absolute(root)}
	if err := os.MkdirAll(p.dir(), 0o755); err != nil {
		return place{}, diskFault("cannot make "+p.dir(), err)
	}
	return p, nil
}

// needed is what the servers write in an ordinary session, with room to spare.
const neededBytes = 300 << 20

// checkSpace finds a full disk before the servers do, whose messages are longer.
func checkSpace(dir string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return nil
	}
	if free := fs.Bavail * uint64(fs.Bsize); free < neededBytes {
		return &Fault{What: fmt.Sprintf("the disk of %s is nearly full: %d MB free, %d MB needed", dir, free>>20, neededBytes>>20),
			Next: "free some space there and run again"}
	}
	return nil
}

// lockStart makes sure that one checker at a time starts or stops the servers. The lock goes with the process that holds it.
func (p place) lockStart(ctx context.Context, say func(string)) (unlock func(), err error) {
	file, err := os.OpenFile(p.lockPath(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, diskFault("cannot open "+p.lockPath(), err)
	}
	for begin, said := time.Now(), false; ; {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() { _ = file.Close() }, nil
		case err != syscall.EWOULDBLOCK && err != syscall.EINTR:
			_ = file.Close()
			return nil, &Fault{What: "cannot lock " + p.lockPath(), Cause: err}
		case !said && time.Since(begin) > 2*time.Second:
			said = true
			say("waiting for another checker that starts or stops the servers")
		}
		select {
		case <-ctx.Done():
			_ = file.Close()
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func absolute(root string) string {
	if path, err := filepath.Abs(root); err == nil {
		return path
	}
	return root
}

// existing is the nearest directory at or above dir that is there.
func (p place) existing() string {
	for dir := p.dir(); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return dir
		}
	}
}
