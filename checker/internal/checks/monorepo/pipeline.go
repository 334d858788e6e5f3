package monorepo

import (
	"fmt"
	"maps"
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
[ "$(grep -c . "$CALLS")" != "$FAIL_AT" ]
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
	reached, seen, judges := map[string]bool{}, []string(nil), map[int]string{}
	calls, out := record(t, copied, target, 0)
	if calls == nil {
		t.FailAt("Makefile", 0, check.Failure{
			ID: "make", Sentence: "make " + target + " ends with an error although each of its commands succeeds", Expected: "make " + target + " succeeds",
			Seen: out, Why: "The pipeline runs it before each merge.",
		})
	}
	for n, c := range calls {
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
		judges[n+1] = c.String() + " in " + where
		if target == "test" && c.work != "off" {
			t.FailAt("Makefile", 0, check.Failure{
				ID: "workspace", Sentence: "make test tests in the workspace", Expected: "GOWORK=off for each go test", Seen: c.String() + " in " + where,
				Why: "In a workspace the go command finds the other module, also where go.mod does not require it. The build of the image does not.",
			})
		}
		for _, p := range listPatterns(t, copied, c, patterns) {
			reached[p] = true
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
	swallows(t, copied, target, judges)
}

// swallows fails the check if a target succeeds although one of the calls that judge fails.
func swallows(t *check.T, copied, target string, judges map[int]string) {
	for _, n := range slices.Sorted(maps.Keys(judges)) {
		if calls, _ := record(t, copied, target, n); calls != nil {
			t.FailAt("Makefile", 0, check.Failure{
				ID: "swallowed", Sentence: "make " + target + " succeeds although one of its commands fails", Expected: "an error, when the command in one of the modules fails",
				Seen: judges[n] + " failed, and make " + target + " went on and succeeded", Why: "A loop of the shell ends with the status of its last round: the pipeline is green.",
			})
		}
	}
}

// listPatterns are the packages that the patterns of a call mean. In a workspace the go command may want to know more versions than the shop's
// go.sum has; then each directory is asked alone.
func listPatterns(t *check.T, copied string, c call, patterns []string) []string {
	text, ok := goIn(t, c.dir, c.work, append([]string{"list"}, patterns...)...)
	if ok {
		return strings.Fields(text)
	}
	if c.work == "off" || !exists(copied, "go.work") {
		return nil
	}
	var all []string
	for _, pattern := range patterns {
		dir, below := strings.CutSuffix(pattern, "...")
		within := "."
		if below {
			within = "./..."
		}
		if at := filepath.Join(c.dir, filepath.FromSlash(dir)); exists(at) {
			if text, ok := goIn(t, at, "off", "list", within); ok {
				all = append(all, strings.Fields(text)...)
			}
		}
	}
	return all
}

// record runs a target of the Makefile and returns the calls of its recipes, or nil and what make printed when it failed. The call number failAt
// fails, none with 0.
func record(t *check.T, copied, target string, failAt int) (all []call, printed string) {
	place := scratch(t)
	calls := filepath.Join(place, "calls")
	bin := shims(t, filepath.Join(place, "tools"), map[string]string{"go": recorder, "golangci-lint": recorder})
	command := exec.CommandContext(t.Context(), "make", "--no-print-directory", target, "BIN="+filepath.Join(place, "bin"), "DEV="+filepath.Join(place, "dev"))
	command.Dir = copied
	env := slices.DeleteFunc(environment(copied, ""), func(pair string) bool { return strings.HasPrefix(pair, "GOWORK=") || strings.HasPrefix(pair, "PATH=") })
	command.Env = append(env, realGo(t), "CALLS="+calls, fmt.Sprint("FAIL_AT=", failAt), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	out, err := command.CombinedOutput()
	if t.Context().Err() != nil {
		t.Ours("make "+target, t.Context().Err())
	}
	if err != nil {
		return nil, brief(string(out), filepath.Dir(copied))
	}
	text, _ := os.ReadFile(calls)
	all = []call{}
	for line := range strings.Lines(string(text)) {
		words := strings.Split(strings.TrimSuffix(line, "\n"), "\x1f")
		if len(words) > 2 {
			all = append(all, call{words[0], words[1], words[2], words[3:]})
		}
	}
	return all, ""
}
