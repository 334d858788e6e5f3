package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// names of the commands that do nothing but record their calls.
var names = []string{"make", "docker", "kubectl", "helm", "go", "git", "gh", "curl", "wget", "sudo", "apt-get", "npm", "pip", "cosign", "sleep", "buf", "atlas"}

// command is the script behind each name. A call of make becomes one call for each target. Fields end with a zero byte.
const command = `#!/bin/sh
dir='%[1]s'
name=$(basename "$0")
here=.
mode=
record() {
	n=100
	until (set -C; : >"$dir/calls/$n") 2>/dev/null; do n=$((n+1)); done
	{
		printf '%%s\0' "$name" "$#" "$@"
		if [ -e "$here/Makefile" ]; then printf 'found\0'; else printf 'bare\0'; fi
		case " $* " in *" --password-stdin "*) cat ;; esac
		printf '\0'
		if [ -n "${KUBECONFIG:-}" ] && [ -f "$KUBECONFIG" ]; then
			cat "$KUBECONFIG"
			printf '\0'
			ls -l "$KUBECONFIG" | cut -c1-10 | tr -d '\n'
			printf '\0'
		else
			printf '\0\0'
		fi
		env -0
	} >"$dir/calls/$n"
	if [ "$name $*" = "$(cat "$dir/fail")" ]; then exit 1; fi
	if [ "$name $*" = "$(cat "$dir/cancel")" ]; then : >"$dir/cancelled"; kill -TERM $PPID; exit 143; fi
}
if [ "$name" = git ] && [ "$1 $2" = "rev-parse HEAD" ]; then echo "$GITHUB_SHA"; fi
case "$name $*" in
"go env GOMODCACHE") echo /home/runner/go/pkg/mod ;;
"go env GOCACHE") echo /home/runner/.cache/go-build ;;
esac
if [ "$name" != make ]; then
	record "$@"
	exit 0
fi
targets=
while [ $# -gt 0 ]; do
	case $1 in
	-C | --directory) here=$2; shift ;;
	--directory=*) here=${1#*=} ;;
	-C*) here=${1#-C} ;;
	-f | -j | -I | -o) shift ;;
	-*) ;;
	*=*) export "$1" ;;
	*) targets="$targets $1" ;;
	esac
	shift
done
for target in ${targets:-help}; do
	record "$target"
	if [ ! -e "$here/Makefile" ]; then
		echo "make: *** No rule to make target '$target'.  Stop." >&2
		exit 2
	fi
done
`

type commands struct {
	dir string
	bin string
	n   int // calls that were read
}

func install(dir string, s scenario) (*commands, error) {
	c := &commands{dir: dir, bin: filepath.Join(dir, "bin"), n: 100}
	for _, made := range []string{c.bin, filepath.Join(dir, "calls")} {
		if err := os.MkdirAll(made, 0o755); err != nil {
			return nil, err
		}
	}
	for name, text := range map[string]string{"fail": s.Fail, "cancel": s.Cancel} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	source := filepath.Join(dir, "command")
	if err := os.WriteFile(source, fmt.Appendf(nil, command, strings.ReplaceAll(dir, "'", `'\''`)), 0o755); err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := os.Symlink(source, filepath.Join(c.bin, name)); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *commands) cancelled() bool {
	_, err := os.Stat(filepath.Join(c.dir, "cancelled"))
	return err == nil
}

// recorded returns the calls since it was asked last.
func (c *commands) recorded() (all []call) {
	for {
		text, err := os.ReadFile(filepath.Join(c.dir, "calls", strconv.Itoa(c.n)))
		if err != nil {
			return all
		}
		c.n++
		fields := strings.Split(string(text), "\x00")
		if len(fields) < 2 {
			continue // it was cut off
		}
		count, _ := strconv.Atoi(fields[1])
		if len(fields) < count+6 {
			continue
		}
		one := call{Command: fields[0], Args: fields[2 : count+2], Env: map[string]string{}}
		rest := fields[count+2:]
		one.Bare, one.Stdin, one.Kubeconfig, one.Mode = rest[0] == "bare", rest[1], rest[2], rest[3]
		for _, pair := range rest[4:] {
			if name, value, ok := strings.Cut(pair, "="); ok {
				one.Env[name] = value
			}
		}
		all = append(all, one)
	}
}

// checkOut makes the files of the repository that steps ask for.
func checkOut(dir, version string) error {
	for name, text := range map[string]string{
		"Makefile": "all:\n", "go.mod": "module shop\n", "go.sum": version + "\n", "tools/go.mod": "module tools\n", "tools/go.sum": version + "\n",
		"deploy/deploy.sh": "#!/bin/sh\n", "order/order.go": "package order\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// hashFiles is a hash of the files that the patterns select, or empty when there are none.
func hashFiles(dir string, patterns []string) string {
	for i, pattern := range patterns {
		patterns[i] = strings.TrimPrefix(pattern, "./")
	}
	var found bytes.Buffer
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		name, relErr := filepath.Rel(dir, path)
		if err != nil || relErr != nil || entry.IsDir() || !matches(patterns, filepath.ToSlash(name)) {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&found, "%s %q\n", name, text)
		return err
	})
	if found.Len() == 0 {
		return ""
	}
	sum := sha256.Sum256(found.Bytes())
	return hex.EncodeToString(sum[:])
}
