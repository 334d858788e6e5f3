package monorepo

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// recorder stands for a tool in the recipes of make: it keeps where it was called, and how. What a recipe builds and runs does nothing.
const recorder = `#!/bin/sh
case "$(basename "$0") $1" in
"go list" | "go env" | "go work" | "go version") exec "$REAL_GO" "$@" ;;
esac
printf '%s\037%s\037%s' "$(basename "$0")" "$(pwd -P)" "$GOWORK" >>"$CALLS"
out=
for word; do
	printf '\037%s' "$word" >>"$CALLS"
	if [ "$out" = -o ]; then
		case $word in */) mkdir -p "$word" ;; *) mkdir -p "$(dirname "$word")" && printf '#!/bin/sh\n' >"$word" && chmod +x "$word" ;; esac
	fi
	out=$word
done
printf '\n' >>"$CALLS"
`

// call is one of a tool by a recipe.
type call struct {
	tool, dir, work string
	args            []string
}

func (c call) String() string { return c.tool + " " + strings.Join(c.args, " ") }

// pipeline runs the targets that the workflow runs.
func pipeline(t *check.T) {
	split(t)
	copied := elsewhere(t)
	wanted, ok := goIn(t, copied, "off", "list", "./...")
	if !ok {
		t.Fail(check.Failure{ID: "shop", Sentence: "the packages of the shop cannot be listed", Expected: "go list ./... with GOWORK=off", Seen: wanted,
			Why: "Neither make test nor make lint can begin. The check monorepo-shop says more."})
	}
	packages := append(strings.Fields(wanted), errsPath)
	t.Step("run make test, with a go command that records how it is called")
	covers(t, copied, "test", packages, func(c call) ([]string, bool) { return after(c, "test") })
	t.Step("run make lint in the same way")
	covers(t, copied, "lint", packages, func(c call) ([]string, bool) { return after(c, "run") })
}

// after are the words after a command of the go command or the linter, without its flags.
func after(c call, command string) (patterns []string, ok bool) {
	args := c.args
	if command == "run" {
		if c.tool == "go" {
			at := slices.IndexFunc(args, func(word string) bool {
				return strings.Contains(word, "golangci-lint") && !strings.HasPrefix(word, "-")
			})
			if at < 0 {
				return nil, false
			}
			args = args[at+1:]
		}
	} else if c.tool != "go" {
		return nil, false
	}
	at := slices.Index(args, command)
	if at < 0 {
		return nil, false
	}
	for n := at + 1; n < len(args); n++ {
		switch word := args[n]; {
		case slices.Contains([]string{"--config", "-c", "-run", "-count", "-timeout", "-p", "-parallel", "-tags", "-coverprofile", "-skip", "-v"}, word) && word != "-v":
			n++
		case !strings.HasPrefix(word, "-"):
			patterns = append(patterns, word)
		}
	}
	if patterns == nil {
		patterns = []string{"."}
		if command == "run" {
			patterns = []string{"./..."}
		}
	}
	return patterns, true
}

// covers fails the check unless the calls of a target reach all packages. Tests run without the workspace.
func covers(t *check.T, copied, target string, packages []string, patternsOf func(call) ([]string, bool)) {
	reached, seen := map[string]bool{}, []string(nil)
	for _, c := range record(t, copied, target) {
		patterns, ok := patternsOf(c)
		if !ok {
			continue
		}
		if at := slices.Index(c.args, "-C"); at == 0 && len(c.args) > 1 {
			c.dir = filepath.Join(c.dir, c.args[1])
			if filepath.IsAbs(c.args[1]) {
				c.dir = c.args[1]
			}
		}
		where, err := filepath.Rel(copied, c.dir)
		if err != nil {
			where = c.dir
		}
		seen = append(seen, c.String()+" in "+where)
		if target == "test" && c.work != "off" {
			t.FailAt("Makefile", 0, check.Failure{
				ID: "workspace", Sentence: "make test tests in the workspace", Expected: "GOWORK=off for each go test", Seen: c.String() + " in " + where,
				Why: "In a workspace the go command finds the other module, also where go.mod does not require it. The build of the image does not.",
			})
		}
		if text, ok := goIn(t, c.dir, c.work, append([]string{"list"}, patterns...)...); ok {
			for _, p := range strings.Fields(text) {
				reached[p] = true
			}
		}
	}
	for _, p := range slices.Backward(packages) {
		if !reached[p] {
			t.FailAt("Makefile", 0, check.Failure{
				ID: target, Sentence: "make " + target + " leaves out " + p, Expected: "make " + target + " reaches the packages of both modules",
				Seen: orNone(strings.Join(seen, "\n")), Why: "./... ends where the next module begins. Nothing tells that its tests no longer run: the pipeline is green.",
			})
		}
	}
}

// record runs a target of the Makefile and returns the calls of its recipes.
func record(t *check.T, copied, target string) []call {
	place := scratch(t)
	calls := filepath.Join(place, "calls")
	bin := shims(t, filepath.Join(place, "tools"), map[string]string{"go": recorder, "golangci-lint": recorder})
	command := exec.CommandContext(t.Context(), "make", "--no-print-directory", target, "BIN="+filepath.Join(place, "bin"), "DEV="+filepath.Join(place, "dev"))
	command.Dir = copied
	env := slices.DeleteFunc(environment(copied, ""), func(pair string) bool { return strings.HasPrefix(pair, "GOWORK=") || strings.HasPrefix(pair, "PATH=") })
	command.Env = append(env, realGo(t), "CALLS="+calls, "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	out, err := command.CombinedOutput()
	if t.Context().Err() != nil {
		t.Ours("make "+target, t.Context().Err())
	}
	if err != nil {
		t.FailAt("Makefile", 0, check.Failure{
			ID: "make", Sentence: "make " + target + " ends with an error although each of its commands succeeds", Expected: "make " + target + " succeeds",
			Seen: brief(string(out), filepath.Dir(copied)), Why: "The pipeline runs it before each merge.",
		})
	}
	text, _ := os.ReadFile(calls)
	var all []call
	for line := range strings.Lines(string(text)) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "\x1f")
		if len(words) > 2 {
			all = append(all, call{words[0], words[1], words[2], words[3:]})
		}
	}
	return all
}
