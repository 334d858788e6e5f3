package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Compile compiles the packages of dir, but no tests and no programs, and keeps nothing. Code that does not compile is an *Error.
func Compile(ctx context.Context, dir string) error {
	dir, err := absolute(dir)
	if err != nil {
		return fmt.Errorf("compile: %w", err)
	}
	list := exec.CommandContext(ctx, "go", "list", "-e", "-f", `{{if and .GoFiles (ne .Name "main")}}{{.ImportPath}}{{end}}`, "./...")
	list.Dir, list.Env = dir, append(os.Environ(), "GOWORK=off", "PWD="+dir)
	var problem bytes.Buffer
	list.Stderr = &problem
	names, err := list.Output()
	if err != nil {
		return fmt.Errorf("compile: go list: %w: %s", err, strings.TrimSpace(problem.String()))
	}
	// Without paths of dir in the result, the build cache knows the packages of another copy.
	return runGo(ctx, dir, append([]string{"build", "-trimpath", "-buildvcs=false"}, strings.Fields(string(names))...)...)
}
