package proc

import (
	"os"
	"syscall"
)

// killTree kills the group that pid leads and all descendants of pid. The tree is read before the first kill, because the
// children of a dead process no longer name it as their parent.
func killTree(pid int) {
	below := descendants(pid)
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	for _, child := range below {
		_ = syscall.Kill(child, syscall.SIGKILL)
	}
}

func descendants(root int) []int {
	children := map[int][]int{}
	for pid, parent := range parents() {
		children[parent] = append(children[parent], pid)
	}
	var found []int
	for next := []int{root}; len(next) > 0; next = next[1:] {
		found = append(found, children[next[0]]...)
		next = append(next, children[next[0]]...)
	}
	return found
}

// KillLivingIn kills every process whose working directory is dir or below it, this program excepted.
func KillLivingIn(dir string) {
	for _, pid := range livingIn(dir) {
		if pid != os.Getpid() {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// KillStarted kills pid and its descendants if it is still the process that started at start (see StartTime).
func KillStarted(pid int, start uint64) {
	if pid > 1 && start != 0 && StartTime(pid) == start {
		killTree(pid)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}
