package build

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/proc"
)

// downloads are the settings of the learner that say where modules come from, wherever they are set.
var downloads = []string{"GOPROXY", "GOPRIVATE", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GOINSECURE", "GOVCS", "GOAUTH", "GOPATH", "GOMODCACHE", "GOCACHE"}

// environment is that of every go command: the learner's, without what would change what is built. A shell may set flags, another
// workspace, another GOROOT or toolchain, a compiler for C, a repository of git; HOME and the caches may be missing.
func environment(ctx context.Context, dir string) []string {
	env := append(clean(proc.Environ()), "PWD="+dir) // PWD keeps the paths in messages relative
	settings := map[string]string{}
	if path, err := goCommand(); err == nil {
		cmd := exec.CommandContext(ctx, path, append([]string{"env", "-json"}, downloads...)...)
		cmd.Dir, cmd.Env = dir, append(env, "GOWORK=off")
		for _, name := range downloads {
			if value, set := os.LookupEnv(name); set {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
		}
		if file, set := os.LookupEnv("GOENV"); set {
			cmd.Env = append(cmd.Env, "GOENV="+file)
		}
		if out, err := cmd.Output(); err == nil {
			_ = json.Unmarshal(out, &settings)
		}
	}
	spare := filepath.Join(repository(dir), ".stagecraft", "go")
	if !writable(settings["GOCACHE"]) {
		settings["GOCACHE"] = filepath.Join(spare, "build")
	}
	if !exists(settings["GOMODCACHE"]) && !writable(settings["GOMODCACHE"]) {
		settings["GOMODCACHE"] = filepath.Join(spare, "mod")
	}
	env = append(env, "GOENV=off", "GOWORK=off", "GOFLAGS=-modcacherw", "GO111MODULE=on")
	for _, name := range downloads {
		if settings[name] != "" {
			env = append(env, name+"="+settings[name])
		}
	}
	return env
}

// clean takes out the variables by which a shell steers the go command and what the go command starts.
func clean(env []string) []string {
	var kept []string
	for _, variable := range env {
		name, _, _ := strings.Cut(variable, "=")
		switch name {
		case "CC", "CXX", "FC", "AR", "PKG_CONFIG", "PWD":
			continue
		}
		if !strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "CGO_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

func exists(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}

// writable says whether dir is there, or can be made, and takes new files.
func writable(dir string) bool {
	if !filepath.IsAbs(dir) || os.MkdirAll(dir, 0o755) != nil {
		return false
	}
	file, err := os.CreateTemp(dir, ".stagecraft-*")
	if err != nil {
		return false
	}
	_ = file.Close()
	return os.Remove(file.Name()) == nil
}

// goCommand finds the go command, also where the PATH of a desktop session lacks it.
func goCommand() (string, error) {
	path, err := exec.LookPath("go")
	if err == nil {
		return filepath.Abs(path)
	}
	for _, usual := range []string{"/usr/local/go/bin/go", "/opt/homebrew/bin/go", "/usr/lib/go/bin/go", "/snap/bin/go"} {
		if info, statErr := os.Stat(usual); statErr == nil && info.Mode()&0o111 != 0 {
			return usual, nil
		}
	}
	return "", err
}
