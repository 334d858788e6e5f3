package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// flags of every build: the binaries need no debugger, and linking without its tables is a third faster.
var flags = []string{"-buildvcs=false", "-ldflags=-s -w"}

// Services builds dir/<name>/cmd/<name> for each name, or dir/<name> for a name such as platform/outbox/cmd/outbox, with one go command and
// returns the binaries by the last element of their names. They lie under out
// ("": .stagecraft/build of the repository that dir is in) and stay as they are until this program builds the same directory again.
func Services(ctx context.Context, dir string, names []string, out string) (map[string]string, error) {
	dir, err := absolute(dir)
	if err != nil {
		return nil, fmt.Errorf("build the services: %w", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		return nil, fmt.Errorf("%s is no module: go.mod is missing", dir)
	}
	at, err := place(dir, out)
	if err != nil {
		return nil, err
	}
	args := append([]string{"build"}, flags...)
	args = append(args, "-o", at+string(filepath.Separator))
	for _, name := range names {
		pkg := packageOf(name)
		if _, err := os.Stat(filepath.Join(dir, pkg)); err != nil {
			return nil, &Error{Output: "there is no directory " + filepath.ToSlash(pkg)}
		}
		args = append(args, "./"+filepath.ToSlash(pkg))
	}
	if err := runGo(ctx, dir, args...); err != nil {
		return nil, err
	}
	binaries := make(map[string]string, len(names))
	for _, name := range names {
		base := filepath.Base(name)
		if binaries[base], err = fix(at, filepath.Join(at, base), base); err != nil {
			return nil, fmt.Errorf("keep the binary of %s: %w", name, err)
		}
	}
	prune(filepath.Dir(at))
	return binaries, nil
}

// packageOf returns the directory of a service's program, or of a command that is named by its directory.
func packageOf(name string) string {
	if strings.Contains(name, "/") {
		return filepath.FromSlash(name)
	}
	return filepath.Join(name, "cmd", name)
}

// Command builds the program in dir, a module of its own, with the linker's flags, as the file out. It need not be code of the learner.
func Command(ctx context.Context, dir, out, linker string) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fmt.Errorf("keep the binary: %w", err)
	}
	return runGo(ctx, dir, "build", "-buildvcs=false", "-ldflags="+linker, "-o", out, ".")
}

// Static builds the packages of the module in dir into the directory out, as images have them: the binaries need no library of a system.
func Static(ctx context.Context, dir, out string, packages []string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("keep the binaries: %w", err)
	}
	args := append(append([]string{"build", "-trimpath"}, flags...), "-o", out+string(filepath.Separator))
	output, err := goOutput(ctx, dir, append(environment(ctx, dir), "CGO_ENABLED=0"), append(args, packages...)...)
	if err == nil || output == "" {
		return err
	}
	return failure("build", strings.ReplaceAll(output, dir+string(filepath.Separator), ""), nil)
}
