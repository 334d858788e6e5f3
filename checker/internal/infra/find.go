package infra

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/proc"
)

// The servers by the names they have in state, reports and messages.
const (
	postgresName = "PostgreSQL"
	redisName    = "Redis"
	rabbitName   = "RabbitMQ"
)

var serverNames = []string{postgresName, redisName, rabbitName}

// Older servers lack what the lessons use: per-schema rights of PostgreSQL 15, Redis 7's scripts, RabbitMQ 3.10's delivery limits.
var minimumVersion = map[string]string{postgresName: "15", redisName: "7", rabbitName: "3.10"}

// program is a server found on this machine.
type program struct {
	Path, Version string
	// Env is what the program needs beside the usual environment.
	Env []string
}

// programs are the servers of one installation; a missing one has no entry.
type programs struct {
	found map[string]program
	// old names servers that are there but too old, with their version.
	old map[string]program
}

func (p programs) missing(need Need) []string {
	var names []string
	for _, name := range need.servers() {
		if _, ok := p.found[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

// servers lists the names of the servers that are needed, PostgreSQL first.
func (n Need) servers() []string {
	var names []string
	if !n.None() {
		names = append(names, postgresName)
	}
	if n.Redis {
		names = append(names, redisName)
	}
	if n.RabbitMQ {
		names = append(names, rabbitName)
	}
	return names
}

// all is the need of every server.
var all = Need{Postgres: true, Redis: true, RabbitMQ: true}

// findPrograms looks for servers under prefix, an unpacked bundle, and on the machine itself for what is not there.
func findPrograms(ctx context.Context, prefix string) programs {
	result := findUnder(ctx, prefix)
	if prefix == "" {
		return result
	}
	for name, program := range findUnder(ctx, "").found {
		if _, ok := result.found[name]; !ok {
			result.found[name] = program
		}
	}
	return result
}

// findUnder looks under prefix only; "" is the machine itself.
func findUnder(ctx context.Context, prefix string) programs {
	result := programs{found: map[string]program{}, old: map[string]program{}}
	env := bundleEnv(prefix)
	for _, name := range serverNames {
		for _, path := range candidates(prefix, name) {
			version := versionOf(ctx, name, path, env)
			if version == "" {
				continue
			}
			if !atLeast(version, minimumVersion[name]) {
				result.old[name] = program{Path: path, Version: version}
				continue
			}
			result.found[name] = program{Path: path, Version: version, Env: env}
			break
		}
	}
	return result
}

// searchPatterns is where the server is looked for, the best first; PATH/x is x on the PATH. Tests hide the servers here.
var searchPatterns = func(name string) []string {
	switch name {
	case postgresName:
		return []string{"/usr/lib/postgresql/*/bin/postgres", "/usr/pgsql-*/bin/postgres", "/opt/homebrew/opt/postgresql@*/bin/postgres",
			"/usr/local/opt/postgresql@*/bin/postgres", "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin/postgres", "PATH/postgres"}
	case redisName:
		return []string{"PATH/redis-server", "/usr/bin/redis-server", "/opt/homebrew/bin/redis-server", "/usr/local/bin/redis-server",
			"/home/linuxbrew/.linuxbrew/bin/redis-server", "PATH/valkey-server", "/usr/bin/valkey-server"}
	case rabbitName:
		// The script in Debian's /usr/sbin changes the user; the one in the library directory does not.
		return []string{"/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server",
			"/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server", "/usr/local/opt/rabbitmq/sbin/rabbitmq-server",
			"/home/linuxbrew/.linuxbrew/opt/rabbitmq/sbin/rabbitmq-server", "PATH/rabbitmq-server"}
	}
	return nil
}

// candidates lists existing executables that may be the server, the best first.
func candidates(prefix, name string) []string {
	var found []string
	for _, pattern := range searchPatterns(name) {
		if base, ok := strings.CutPrefix(pattern, "PATH/"); ok {
			if path, err := exec.LookPath(base); err == nil && prefix == "" {
				found = append(found, path)
			}
			continue
		}
		paths := paths.Match(cmp.Or(prefix, "/"), strings.TrimPrefix(pattern, "/"))
		slices.SortFunc(paths, func(a, b string) int { return compareVersions(firstVersion(b), firstVersion(a)) })
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
				found = append(found, path)
			}
		}
	}
	return found
}

var versionPattern = regexp.MustCompile(`\d+(\.\d+)*`)

func firstVersion(text string) string { return versionPattern.FindString(text) }

// versionOf asks the program; RabbitMQ, which takes a second to answer, is asked by the name of its core plugin on disk.
func versionOf(ctx context.Context, name, path string, env []string) string {
	if name == rabbitName {
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return ""
		}
		for _, home := range []string{filepath.Dir(filepath.Dir(real)), filepath.Dir(real)} {
			for _, pattern := range []string{"plugins/rabbit-[0-9]*", "lib/rabbitmq_server-*/plugins/rabbit-[0-9]*", "ebin/rabbit.app"} {
				if paths := paths.Match(home, pattern); len(paths) > 0 {
					return strings.TrimSuffix(firstVersion(filepath.Base(paths[0])), ".")
				}
			}
		}
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "--version")
	cmd.Env = append(proc.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	// Redis answers "Redis server v=7.0.15 sha=…", PostgreSQL "postgres (PostgreSQL) 15.14 (Debian …)".
	return firstVersion(string(out))
}

func atLeast(version, minimum string) bool { return compareVersions(version, minimum) >= 0 }

func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		if order := cmp.Compare(part(as, i), part(bs, i)); order != 0 {
			return order
		}
	}
	return 0
}

func part(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}

// bundleEnv lets programs of an unpacked bundle find their libraries and Erlang.
func bundleEnv(prefix string) []string {
	if prefix == "" {
		return nil
	}
	libraries := paths.Match(prefix, "usr/lib/*-linux-gnu*")
	libraries = append(libraries, filepath.Join(prefix, "usr/lib"))
	return []string{
		"LD_LIBRARY_PATH=" + strings.Join(libraries, ":"),
		"PATH=" + filepath.Join(prefix, "stagecraft-bin") + ":" + filepath.Join(prefix, "usr/bin") + ":" + os.Getenv("PATH"),
	}
}
