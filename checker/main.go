//go:build !windows

// The checker grades the learner's services: go run ./checker.
package main

import (
	"os"

	"stagecraft/checker/internal/cli"
	"stagecraft/checker/internal/infra"
	"stagecraft/checker/internal/proc"
)

func main() {
	args := os.Args[1:]
	if proc.RunHidden(args) || infra.RunHidden(args) {
		return
	}
	os.Exit(cli.Main(args))
}
