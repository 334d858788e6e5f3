package build

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// Download fetches all modules that the code in dir needs, its services as well as what only tests import, so that later builds need
// no network. say gets a line before something is fetched.
func Download(ctx context.Context, dir string, say func(string)) error {
	dir, err := absolute(dir)
	if err != nil {
		return fmt.Errorf("download modules: %w", err)
	}
	missing, err := MissingModules(ctx, dir)
	if err != nil || len(missing) == 0 {
		return err
	}
	say("downloading the Go modules of the lesson (once)")
	return runGo(ctx, dir, "mod", "download")
}

var lookupDisabled = regexp.MustCompile(`([^\s"]+@v[^\s:"]+): module lookup disabled`)

// MissingModules lists modules of the code in dir that are not on this machine, as path@version. It downloads nothing. Where even the
// go.mod files of modules are missing, it lists the first one only.
func MissingModules(ctx context.Context, dir string) ([]string, error) {
	path, err := goCommand()
	if err != nil {
		return nil, fmt.Errorf("find the go command: %w", err)
	}
	cmd := exec.CommandContext(ctx, path, "mod", "download", "-json")
	cmd.Dir, cmd.Env = dir, append(environment(ctx, dir), "GOPROXY=off")
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var missing []string
	for _, match := range lookupDisabled.FindAllSubmatch(out, -1) {
		missing = append(missing, string(match[1]))
	}
	if err != nil && len(missing) == 0 {
		return nil, fmt.Errorf("go mod download: %s", lastLine(string(out)))
	}
	return missing, nil
}

// Toolchain is what builds code on this machine.
type Toolchain struct {
	Path, Version string   // of the go command
	Notes         []string // what of the shell's settings cannot be used, and what is used instead
}

// FindToolchain looks for what builds the code in dir. It changes nothing.
func FindToolchain(ctx context.Context, dir string) (Toolchain, error) {
	path, err := goCommand()
	if err != nil {
		return Toolchain{}, fmt.Errorf("find the go command: %w; put its directory on the PATH", err)
	}
	env := environment(ctx, dir)
	t := Toolchain{Path: path}
	for _, variable := range env {
		if name, value, _ := strings.Cut(variable, "="); (name == "GOCACHE" || name == "GOMODCACHE") && strings.Contains(value, "/.stagecraft/go/") {
			t.Notes = append(t.Notes, "the directory of "+name+" cannot be used; instead: "+value)
		}
	}
	cmd := exec.CommandContext(ctx, path, "env", "GOVERSION")
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return t, fmt.Errorf("go env: %s", lastLine(string(out)))
	}
	t.Version = strings.TrimPrefix(strings.TrimSpace(string(out)), "go")
	return t, nil
}
