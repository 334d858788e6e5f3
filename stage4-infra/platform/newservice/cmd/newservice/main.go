// Command newservice adds a service to the stage in the current directory, and generates its code. make new-service runs it.
//
//	newservice NAME
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"shop/platform/newservice"
)

const next = `
%[1]s compiles and serves. What is left, in the order of the checklist:
  its contract (proto/%[1]s/v1), its domain (%[1]s/internal/domain), and what follows from them: make generate, make migration svc=%[1]s
  which services may call it: TLS in %[1]s/internal/grpc/di.go, and the clients there
  its routes in the gateway, its alerts and its runbook
Try it: go test ./%[1]s/... && make migrate && make run
`

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "newservice:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 || args[0] == "" {
		return errors.New("usage: make new-service NAME=shipping")
	}
	written, err := newservice.Write(".", args[0])
	for _, file := range written {
		fmt.Println(file)
	}
	if err != nil {
		return err
	}
	generate := exec.Command("make", "--no-print-directory", "generate")
	generate.Stdout, generate.Stderr = os.Stderr, os.Stderr
	if err := generate.Run(); err != nil {
		return fmt.Errorf("the files are written; generate their code with `make generate`: %w", err)
	}
	fmt.Printf(next, args[0])
	return nil
}
