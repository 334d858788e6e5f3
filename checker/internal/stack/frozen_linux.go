package stack

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// awaitFrozen returns when every thread of the process has stopped: a signal is on its way for a moment, and a thread that
// runs on another processor may still answer a request meanwhile.
func awaitFrozen(pid int) error {
	limit := time.Now().Add(2 * time.Second)
	for pause := 100 * time.Microsecond; !frozen(pid); pause = min(2*pause, 5*time.Millisecond) {
		if time.Now().After(limit) {
			return fmt.Errorf("process %d does not stop", pid)
		}
		time.Sleep(pause)
	}
	return nil
}

// frozen says whether every thread is stopped, or gone.
func frozen(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if err != nil {
			continue
		}
		// "pid (name) S …": the name may hold anything, so the state follows the last parenthesis.
		after := stat[bytes.LastIndexByte(stat, ')')+1:]
		if state := bytes.TrimSpace(after); len(state) > 0 && !bytes.ContainsRune([]byte("TtZX"), rune(state[0])) {
			return false
		}
	}
	return true
}
