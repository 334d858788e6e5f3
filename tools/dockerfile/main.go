// Command dockerfile judges a Dockerfile without an engine: by BuildKit's own parser and linter, and by rules about images that run in a
// cluster. It exits with 1 when it finds something.
//
//	dockerfile FILE
package main

import (
	"context"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dockerfile FILE")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "dockerfile:", err)
		os.Exit(2)
	}
	found := judge(context.Background(), os.Args[1], text)
	for _, f := range found {
		fmt.Println(f)
	}
	if len(found) > 0 {
		os.Exit(1)
	}
}

// finding is one mistake, with the name of the rule that found it. Those of BuildKit are in its documentation.
type finding struct {
	File string
	Line int
	Rule string
	Text string
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Text, f.Rule)
}
