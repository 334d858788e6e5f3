package config

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Positive returns one fault for each duration that is not positive, for Validate. The keys are the names of the variables.
func Positive(values map[string]time.Duration) (faults []error) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] <= 0 {
			faults = append(faults, fmt.Errorf("%s must be positive", name))
		}
	}
	return faults
}
