package proc

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// StartTime identifies a process beyond its reusable id: clock ticks after boot at which it started; 0 when there is no such
// process. A zombie counts as gone.
func StartTime(pid int) uint64 {
	state, _, start := stat(pid)
	if state == "Z" || state == "X" {
		return 0
	}
	return start
}

func stat(pid int) (state string, parent int, start uint64) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return "", 0, 0
	}
	// The name is in parentheses and may itself contain spaces and parentheses.
	fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+1:]))
	if len(fields) < 20 {
		return "", 0, 0
	}
	parent, _ = strconv.Atoi(fields[1])
	start, _ = strconv.ParseUint(fields[19], 10, 64)
	return fields[0], parent, start
}

func pids() []int {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name.Name()); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// parents maps every process to its parent.
func parents() map[int]int {
	tree := map[int]int{}
	for _, pid := range pids() {
		_, parent, _ := stat(pid)
		tree[pid] = parent
	}
	return tree
}

// livingIn lists the processes whose working directory is dir or below it, whatever their parent is by now.
func livingIn(dir string) []int {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	var found []int
	for _, pid := range pids() {
		cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd"))
		if err == nil && (cwd == dir || strings.HasPrefix(cwd, dir+"/")) {
			found = append(found, pid)
		}
	}
	return found
}
