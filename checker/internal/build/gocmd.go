package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"stagecraft/checker/internal/proc"
)

// runGo runs the go command in dir. Code that does not compile is an *Error.
func runGo(ctx context.Context, dir string, args ...string) error {
	path, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("find the go command: %w", err)
	}
	var output bytes.Buffer
	child, err := proc.Start(ctx, proc.Spec{
		Name: "go " + args[0], Path: path, Args: args, Dir: dir,
		// A go.work above the workspace must not change what is built; PWD keeps the paths in messages relative.
		Env:    append(os.Environ(), "GOWORK=off", "PWD="+dir),
		Stdout: &output, Stderr: &output,
	})
	if err != nil {
		return err
	}
	<-child.Done()
	err = child.Wait(context.Background())
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &exit) || !exit.Exited():
		return fmt.Errorf("go %s: %w", args[0], err)
	}
	if sign := oursIn(output.String()); sign != "" {
		return fmt.Errorf("go %s: %s", args[0], sign)
	}
	return newError(dir, output.String())
}

// absolute is dir without symbolic links, as the go command names it.
func absolute(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}
