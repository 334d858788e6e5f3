package gotest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// starved says that a process did work but got little of the processor: the machine is busy, and more time is fair.
// One that waits for ever uses next to nothing, one that loops uses all of it.
func starved(used, wall time.Duration) bool {
	return used > wall/20 && used < wall*6/10
}

// cpuTime is what a process has used of the processor, 0 where the system does not tell (it does on Linux).
func cpuTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(stat), ") ") // the name before may hold spaces
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // Linux counts in hundredths of a second
}
