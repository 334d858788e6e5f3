package monorepo

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// imageGo stands for the go command in the build of an image: it records which programs are built, and asks the real one whether it could.
const imageGo = `#!/bin/sh
dir=.
if [ "$1" = -C ]; then dir=$2; shift 2; fi
case $1 in
mod)
	said=$("$REAL_GO" -C "$dir" mod graph 2>&1 >/dev/null) && exit 0
	case $said in
	*` + errsDir + `* | *"go.mod file not found"* | *"missing go.sum"*) echo "$said" >&2 && exit 1 ;;
	esac
	exit 0 ;; # what it could not download here says nothing about the file
build | install) ;;
*) exec "$REAL_GO" -C "$dir" "$@" ;;
esac
shift
packages=
while [ $# -gt 0 ]; do
	case $1 in
	-o | -ldflags | -tags | -gcflags | -asmflags | -p | -mod | -modfile | -pkgdir) shift 2 ;;
	-*) shift ;;
	*) packages="$packages $1"; shift ;;
	esac
done
"$REAL_GO" -C "$dir" list -deps $packages >/dev/null && "$REAL_GO" -C "$dir" list -f '{{.ImportPath}}' $packages >>"$BUILT"
`

// buildStage is one stage of the Dockerfile: its files, and what its scripts see.
type buildStage struct {
	root, dir string
	env       []string
}

// image carries out COPY and RUN of the Dockerfile, as far as the programs are built.
func image(t *check.T) {
	split(t)
	source, err := os.ReadFile(filepath.Join(t.Dir(), "Dockerfile"))
	if err != nil {
		t.Fail(check.Failure{ID: "broken", Sentence: "there is no Dockerfile", Expected: "Dockerfile", Seen: "no such file"})
	}
	place := scratch(t)
	built := filepath.Join(place, "built")
	bin := imageTools(t, filepath.Join(place, "bin"))
	sent := filepath.Join(place, "context")
	t.Ours("read the build context", copyTree(sent, t.Dir(), func(string) bool { return true }))
	t.Ours("apply .dockerignore", ignore(sent))
	t.Step("carry out the Dockerfile: copy files, download modules, build the programs")
	stages, now := map[string]*buildStage{}, (*buildStage)(nil)
	for _, i := range instructions(string(source)) {
		now = i.carryOut(t, place, sent, stages, now, []string{"PATH=" + bin, "BUILT=" + built})
	}
	text, _ := os.ReadFile(built)
	for _, program := range programs {
		if want := shopPath + strings.TrimPrefix(program, "."); !slices.Contains(strings.Fields(string(text)), want) {
			t.FailAt("Dockerfile", 0, check.Failure{
				ID: "not-built", Sentence: "an image has lost its program", Expected: "go build of " + strings.Join(programs, " "), Seen: "no build of " + program,
				Why: "The images are the same as before the move.",
			})
		}
	}
}

// imageTools are the commands of a build's scripts: the recording go command, tools for texts, and others that do nothing, because the scripts run
// on this machine.
func imageTools(t *check.T, dir string) string {
	scripts := map[string]string{"go": imageGo}
	for _, name := range strings.Fields("mkdir rm cp mv chmod chown touch install ln strip upx find ls git apt-get apt apk update-ca-certificates adduser useradd") {
		scripts[name] = "#!/bin/sh\n"
	}
	shims(t, dir, scripts)
	for _, name := range strings.Fields("sh bash basename dirname cat sed awk grep tr cut head tail sort uniq xargs expr env date uname test true false") {
		if file, err := exec.LookPath(name); err == nil {
			t.Ours("link "+name, os.Symlink(file, filepath.Join(dir, name)))
		}
	}
	return dir
}

// shims writes scripts that come before the real programs.
func shims(t *check.T, dir string, scripts map[string]string) string {
	t.Ours("make a directory", os.MkdirAll(dir, 0o755))
	for name, script := range scripts {
		t.Ours("write "+name, os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755)) //nolint:gosec // it is run
	}
	return dir
}

func realGo(t *check.T) string {
	file, err := exec.LookPath("go")
	t.Ours("find the go command", err)
	return "REAL_GO=" + file
}

// carryOut does what one instruction says, and returns the stage in which the next one is.
func (i instruction) carryOut(t *check.T, place, sent string, stages map[string]*buildStage, now *buildStage, env []string) *buildStage {
	words := i.words()
	switch {
	case i.name == "FROM":
		return i.from(t, place, stages, words)
	case now == nil || len(words) == 0: // ARG before the first FROM
	case i.name == "WORKDIR":
		now.dir = path.Join("/", now.dir, words[0])
		if path.IsAbs(words[0]) {
			now.dir = path.Clean(words[0])
		}
		t.Ours("make a directory", os.MkdirAll(filepath.Join(now.root, now.dir), 0o755))
	case i.name == "ENV" || i.name == "ARG":
		now.env = append(now.env, i.variables(now.env)...)
	case (i.name == "COPY" || i.name == "ADD") && i.flag("from") == "":
		i.copyFiles(t, sent, now, words)
	case i.name == "RUN" && strings.Contains(i.text, "go "):
		i.run(t, place, sent, now, env)
	}
	return now
}

func (i instruction) from(t *check.T, place string, stages map[string]*buildStage, words []string) *buildStage {
	next := &buildStage{root: filepath.Join(place, fmt.Sprintf("stage-%d", i.line)), dir: "/"}
	t.Ours("make a directory", os.MkdirAll(next.root, 0o755))
	if len(words) > 0 && stages[words[0]] != nil {
		before := stages[words[0]]
		next.dir, next.env = before.dir, slices.Clone(before.env)
		t.Ours("begin a stage", copyTree(next.root, before.root, func(string) bool { return true }))
	}
	if len(words) > 2 && strings.EqualFold(words[1], "as") {
		stages[words[2]] = next
	}
	return next
}

func (i instruction) copyFiles(t *check.T, sent string, now *buildStage, words []string) {
	if len(words) < 2 {
		return
	}
	sources, target := words[:len(words)-1], words[len(words)-1]
	into := filepath.Join(now.root, now.dir, target)
	if path.IsAbs(target) {
		into = filepath.Join(now.root, target)
	}
	for _, source := range sources {
		matches, err := filepath.Glob(filepath.Join(sent, source))
		if err != nil || len(matches) == 0 {
			t.FailAt("Dockerfile", i.line, check.Failure{
				ID: "broken", Sentence: "the image copies a file that is not sent to the builder", Expected: i.name + " of files in the build context",
				Seen: source + ": not found", Why: "The file is missing, or .dockerignore keeps it out.",
			})
		}
		for _, from := range matches {
			info, err := os.Stat(from)
			t.Ours("read the build context", err)
			at := into
			switch {
			case i.has("parents"):
				relative, err := filepath.Rel(sent, from)
				t.Ours("read the build context", err)
				at = filepath.Join(into, relative)
			case !info.IsDir() && (strings.HasSuffix(target, "/") || target == "." || len(sources)+len(matches) > 2):
				at = filepath.Join(into, filepath.Base(from))
			}
			if info.IsDir() {
				t.Ours("copy files", copyTree(at, from, func(string) bool { return true }))
			} else {
				t.Ours("copy files", copyFile(at, from))
			}
		}
	}
}

// run runs the script of RUN on the files of the stage. Its mounts of the context are there meanwhile.
func (i instruction) run(t *check.T, place, sent string, now *buildStage, env []string) {
	dir := filepath.Join(now.root, now.dir)
	for _, mount := range i.mounts() {
		at := filepath.Join(dir, mount.target)
		if path.IsAbs(mount.target) {
			at = filepath.Join(now.root, mount.target)
		}
		from := filepath.Join(sent, mount.source)
		if !exists(from) || exists(at) {
			continue
		}
		if info, err := os.Stat(from); err == nil && !info.IsDir() {
			t.Ours("mount files", copyFile(at, from))
		} else {
			t.Ours("mount files", copyTree(at, from, func(string) bool { return true }))
		}
		defer os.RemoveAll(at)
	}
	script := i.script()
	command := exec.CommandContext(t.Context(), "sh", "-c", script)
	command.Dir = dir
	base := slices.DeleteFunc(environment(dir, ""), func(pair string) bool {
		return strings.HasPrefix(pair, "GOWORK=") || strings.HasPrefix(pair, "PATH=") || strings.HasPrefix(pair, "GOFLAGS=")
	})
	command.Env = slices.Concat(base, now.env, []string{realGo(t)}, env)
	out, err := command.CombinedOutput()
	if t.Context().Err() != nil {
		t.Ours("run a script of the Dockerfile", t.Context().Err())
	}
	if err != nil {
		t.FailAt("Dockerfile", i.line, check.Failure{
			ID: "broken", Sentence: "the images cannot be built", Expected: "RUN " + firstLine(script) + " succeeds with the files that were copied before it",
			Seen: brief(string(out), place), Why: "The go command reads the go.mod of each module before it downloads or builds anything, also of those in the same repository.",
		})
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
