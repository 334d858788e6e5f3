package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/proc"
)

// runGo runs the go command in dir. Code of the learner that does not compile is an *Error.
func runGo(ctx context.Context, dir string, args ...string) error {
	return runGoOverlaid(ctx, dir, "", nil, args...)
}

// runGoOverlaid is runGo with hidden files, relative to dir, whose contents lie in scratch.
func runGoOverlaid(ctx context.Context, dir, scratch string, hidden map[string][]byte, args ...string) error {
	env := environment(ctx, dir)
	output, err := goOutput(ctx, dir, env, args...)
	if err == nil || output == "" {
		return err
	}
	if strings.Contains(output, "runtime/cgo") || strings.Contains(output, "C compiler") {
		// A compiler for C is found and does not work. No service needs it.
		if output, err = goOutput(ctx, dir, append(env, "CGO_ENABLED=0"), args...); err == nil || output == "" {
			return err
		}
	}
	output = strings.ReplaceAll(unveil(output, scratch, hidden), dir+string(filepath.Separator), "")
	return failure(args[0], output, hidden)
}

// goOutput returns what a go command printed that has failed by itself; with any other error, and without one, the output is empty.
func goOutput(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	path, err := goCommand()
	if err != nil {
		return "", fmt.Errorf("find the go command: %w; put its directory on the PATH", err)
	}
	var output bytes.Buffer
	child, err := proc.Start(ctx, proc.Spec{
		Name: "go " + args[0], Path: path, Args: args, Dir: dir, Env: env, Stdout: &output, Stderr: &output,
	})
	if err != nil {
		return "", err
	}
	<-child.Done()
	err = child.Wait(context.Background())
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case !errors.As(err, &exit) || !exit.Exited():
		return "", fmt.Errorf("go %s: %w", args[0], err)
	}
	return output.String() + "\n", err
}

// absolute is dir without symbolic links, as the go command names it.
func absolute(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}
