package chaos

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// allowedGrowth is how much memory a service may gain over a day besides doubling what it had, in kB.
const allowedGrowth = 64 << 10

// residentMemory returns the memory of each service in kB; empty where there is no /proc.
func residentMemory(services []*stack.Service) map[string]int {
	memory := map[string]int{}
	for _, service := range services {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", service.Pid()))
		if err != nil {
			continue
		}
		for line := range bytes.Lines(status) {
			if value, found := bytes.CutPrefix(line, []byte("VmRSS:")); found {
				memory[service.Name], _ = strconv.Atoi(string(bytes.Fields(value)[0]))
			}
		}
	}
	return memory
}

// grown fails the day if a service has more memory at its end than traffic explains.
func (g *game) grown(before map[string]int) {
	for name, after := range residentMemory(g.stack.Services()) {
		if first := before[name]; first > 0 && after > 2*first+allowedGrowth {
			g.t.Fail(check.Failure{
				ID: "memory", Sentence: name + " has grown over the day", Expected: fmt.Sprintf("at most %d kB", 2*first+allowedGrowth),
				Seen: fmt.Sprintf("%d kB", after), Why: "A goroutine or a buffer of every fault is still there.",
			})
		}
	}
}
