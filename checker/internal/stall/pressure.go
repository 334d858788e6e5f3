package stall

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// cpuPressure is the time since the machine's start in which some program waited for a processor; 0 where the system does not tell.
func cpuPressure() time.Duration {
	text, err := os.ReadFile("/proc/pressure/cpu")
	if err != nil {
		return 0
	}
	// some avg10=0.00 avg60=0.00 avg300=0.00 total=471284347
	some, _, _ := strings.Cut(string(text), "\n")
	_, total, _ := strings.Cut(some, "total=")
	microseconds, _ := strconv.ParseInt(strings.TrimSpace(total), 10, 64)
	return time.Duration(microseconds) * time.Microsecond
}
