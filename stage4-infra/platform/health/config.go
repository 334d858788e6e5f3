package health

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"shop/platform/config"
)

// Config holds the settings of the probes.
type Config struct {
	// Interval is the time between two runs of a probe, StartInterval the same until its first success, and Jitter the part of both that is
	// random: replicas that were started together do not ask at the same moment.
	Interval      time.Duration `env:"HEALTH_INTERVAL" default:"2s"`
	StartInterval time.Duration `env:"HEALTH_START_INTERVAL" default:"200ms"`
	Jitter        float64       `env:"HEALTH_JITTER" default:"0.2"`
	// Timeout bounds each run of a probe. No answer is a failure.
	Timeout time.Duration `env:"HEALTH_TIMEOUT" default:"1s"`
	// After Failures in a row a probe is down, after Successes in a row it is up again. The first success of all is enough.
	Failures  int `env:"HEALTH_FAILURES" default:"3"`
	Successes int `env:"HEALTH_SUCCESSES" default:"2"`
}

// Validate rejects probes that would have no time, and numbers that no probe can reach.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"HEALTH_INTERVAL": c.Interval, "HEALTH_START_INTERVAL": c.StartInterval, "HEALTH_TIMEOUT": c.Timeout,
	})
	if c.Jitter < 0 || c.Jitter > 1 {
		faults = append(faults, errors.New("HEALTH_JITTER must be between 0 and 1"))
	}
	if c.Failures < 1 {
		faults = append(faults, errors.New("HEALTH_FAILURES must be at least 1"))
	}
	if c.Successes < 1 {
		faults = append(faults, errors.New("HEALTH_SUCCESSES must be at least 1"))
	}
	return errors.Join(faults...)
}

// Requirement says which probes must be up for the process to be ready: their names, separated by commas. Of names that are separated by /
// one is enough. "none" requires no probe. A probe that is not required is reported all the same.
type Requirement string

// parse returns a list of alternatives for each condition. It rejects a name that no probe has.
func (r Requirement) parse(probes []Probe) ([][]string, error) {
	if r == "none" || r == "" {
		return nil, nil
	}
	var conditions [][]string
	for condition := range strings.SplitSeq(string(r), ",") {
		names := strings.Split(condition, "/")
		for i, name := range names {
			names[i] = strings.TrimSpace(name)
			if !slices.ContainsFunc(probes, func(p Probe) bool { return p.Name == names[i] }) {
				return nil, fmt.Errorf("readiness requires %q, and there is no such probe", names[i])
			}
		}
		conditions = append(conditions, names)
	}
	return conditions, nil
}
