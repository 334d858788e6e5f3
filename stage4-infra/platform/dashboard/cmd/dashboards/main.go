// Command dashboards writes DIR/dashboards/*.json from DIR/dashboards.yaml. make generate runs it.
//
//	dashboards DIR
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"shop/platform/dashboard"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: dashboards DIR")
	}
	text, err := os.ReadFile(filepath.Join(args[0], "dashboards.yaml"))
	if err != nil {
		return err
	}
	files, err := dashboard.Generate(text)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(args[0], "dashboards", name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
