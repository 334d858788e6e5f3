package stats

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ticks is the number of clock ticks per second in /proc; it is 100 on every Linux that Go supports.
const ticks = 100

// CPUSeconds returns the CPU time that these processes and their children have used, children that have ended included. It reads /proc,
// and returns 0 on systems without it.
func CPUSeconds(pids ...int) (sum float64) {
	wanted := make(map[int]bool)
	for _, pid := range pids {
		wanted[pid] = true
	}
	directories, _ := filepath.Glob("/proc/[0-9]*")
	for _, directory := range directories {
		pid, _ := strconv.Atoi(filepath.Base(directory))
		fields := statOf(pid)
		if fields == nil {
			continue // it has ended
		}
		parent, _ := strconv.Atoi(fields[1])
		counted := fields[11:11] // utime, stime, and those of children that were waited for
		switch {
		case wanted[pid]:
			counted = fields[11:15]
		case wanted[parent]:
			counted = fields[11:13]
		}
		for _, text := range counted {
			n, _ := strconv.ParseFloat(text, 64)
			sum += n / ticks
		}
	}
	return sum
}

// Parent returns the parent of a process, or 0.
func Parent(pid int) int {
	fields := statOf(pid)
	if fields == nil {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

// statOf returns the fields of /proc/<pid>/stat after the name, which may itself contain spaces.
func statOf(pid int) []string {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return nil
	}
	text := string(raw)
	fields := strings.Fields(text[strings.LastIndex(text, ")")+1:])
	if len(fields) < 15 {
		return nil
	}
	return fields
}
