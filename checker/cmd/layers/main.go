// Command layers judges the import lines of stages by the layering rules.
//
//	layers [-rules layers.yaml] STAGE…
//
// It exits 1 when an import breaks a rule and 2 when it cannot judge.
package main

import (
	"flag"
	"fmt"
	"os"

	"stagecraft/checker/internal/layers"
)

func main() {
	file := flag.String("rules", "layers.yaml", "the layering rules")
	flag.Parse()
	os.Exit(run(*file, flag.Args()))
}

func run(file string, stages []string) int {
	rules, err := layers.Load(file)
	var problems []string
	if err == nil && len(stages) == 0 {
		err = fmt.Errorf("no stage: pass the directory of at least one")
	}
	if err == nil {
		problems, err = rules.Check(stages...)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "layers:", err)
		return 2
	}
	for _, problem := range problems {
		fmt.Fprintln(os.Stderr, problem)
	}
	if len(problems) > 0 {
		fmt.Fprintf(os.Stderr, "layers: %d problems; the rules are in %s\n", len(problems), file)
		return 1
	}
	return 0
}
