package infra

import "context"

// Report is what Doctor saw.
type Report struct {
	Provider string // which would be used; empty when none
	Servers  []ServerReport
	// Next is the one command that mends everything; empty when nothing is missing.
	Next string
}

// ServerReport is one server of a Report.
type ServerReport struct {
	Name, Provider, Path, Version string
	OK                            bool
	// Problem and Next are empty when OK.
	Problem, Next string
}

// Doctor looks without changing anything.
func Doctor(ctx context.Context, root string) Report { return Report{} }
