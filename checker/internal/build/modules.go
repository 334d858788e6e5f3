package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
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

// MissingModules lists modules of the code in dir that are not on this machine, as path@version. It downloads nothing. Where even the
// go.mod files of modules are missing, it lists the first one only.
func MissingModules(ctx context.Context, dir string) ([]string, error) {
	path, err := goCommand()
	if err != nil {
		return nil, fmt.Errorf("find the go command: %w", err)
	}
	cmd := exec.CommandContext(ctx, path, "mod", "download", "-json")
	cmd.Dir, cmd.Env = dir, append(environment(ctx, dir), "GOPROXY=off")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	failed := cmd.Run()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	missing, err := withoutLookup(&stdout, stderr.Bytes())
	if err != nil {
		return nil, fmt.Errorf("go mod download: %w", err)
	}
	if failed != nil && len(missing) == 0 {
		return nil, fmt.Errorf("go mod download: %s", lastLine(stderr.String()))
	}
	return missing, nil
}

var lookupDisabled = regexp.MustCompile(`([^\s"]+@v[^\s:"]+): module lookup disabled`)

// withoutLookup reads what `go mod download -json` printed: a JSON object for each module, and on stderr what stopped it before that.
func withoutLookup(modules io.Reader, stderr []byte) ([]string, error) {
	var missing []string
	decoder := json.NewDecoder(modules)
	for {
		var module struct{ Path, Version, Error string }
		err := decoder.Decode(&module)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if strings.Contains(module.Error, "module lookup disabled") {
			missing = append(missing, module.Path+"@"+module.Version)
		}
	}
	for _, match := range lookupDisabled.FindAllSubmatch(stderr, -1) {
		missing = append(missing, string(match[1]))
	}
	slices.Sort(missing)
	return slices.Compact(missing), nil
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
