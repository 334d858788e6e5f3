package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

const goEnvFile = "/root/.config/go/env"

var goDirective = regexp.MustCompile(`(?m)^go (\d+\.\d+(?:\.\d+)?)`)

// goRun is one run of the go command: its settings as the go command would see them.
type goRun struct {
	*runner
	process
	golang string
	cc     bool
}

func (r *runner) goCommand(ctx context.Context, p process) (int, error) {
	g := &goRun{runner: r, process: p}
	if n := r.tree.get("/usr/local/go/bin/go"); n != nil {
		if b, ok := findBase(strings.TrimPrefix(n.From, "image:")); ok {
			g.golang = b.golang
		}
	}
	if version := p.env["GOLANG_VERSION"]; g.golang == "" {
		g.golang = version
	}
	_, gcc := r.find("gcc", p)
	g.cc = gcc != nil
	args := p.args[1:]
	for len(args) > 0 && (args[0] == "-C" || strings.HasPrefix(args[0], "-C=")) {
		return p.complain("flag needs a command before it"), nil
	}
	if len(args) == 0 {
		return 2, nil
	}
	if len(args) > 2 && args[1] == "-C" {
		g.dir = g.at(args[2])
		args = slices.Delete(slices.Clone(args), 1, 3)
	} else if len(args) > 1 && strings.HasPrefix(args[1], "-C=") {
		g.dir = g.at(strings.TrimPrefix(args[1], "-C="))
		args = slices.Delete(slices.Clone(args), 1, 2)
	}
	switch args[0] {
	case "version":
		fmt.Fprintf(p.out, "go version go%s %s\n", g.golang, r.platform)
		return 0, nil
	case "env":
		return g.goEnv(args[1:])
	case "clean", "telemetry", "fmt", "help", "tool":
		return 0, nil
	case "mod":
		return g.mod(args[1:])
	case "build", "install":
		return g.compile(ctx, args[0], args[1:])
	case "vet", "test", "list":
		if code := g.ready(); code != 0 {
			return code, nil
		}
		g.modules()
		return 0, nil
	}
	return 0, unsupported("go " + args[0])
}

// setting is a variable of the environment, or of go env -w.
func (g *goRun) setting(name string) string {
	if v := g.env[name]; v != "" {
		return v
	}
	if n := g.tree.get(goEnvFile); n != nil {
		for line := range strings.SplitSeq(string(n.Data), "\n") {
			if v, ok := strings.CutPrefix(line, name+"="); ok {
				return v
			}
		}
	}
	builder, arch, _ := strings.Cut(g.platform, "/")
	switch name {
	case "GOOS":
		return builder
	case "GOARCH":
		return arch
	case "GOPATH":
		if home := g.env["HOME"]; home != "" {
			return home + "/go"
		}
		return "/root/go"
	case "GOMODCACHE":
		first, _, _ := strings.Cut(g.setting("GOPATH"), ":")
		return first + "/pkg/mod"
	case "CGO_ENABLED":
		if g.cc && g.setting("GOOS")+"/"+g.setting("GOARCH") == g.platform {
			return "1"
		}
		return "0"
	}
	return ""
}

func (g *goRun) goEnv(args []string) (int, error) {
	if len(args) > 0 && args[0] == "-w" {
		data := []byte(nil)
		if n := g.tree.get(goEnvFile); n != nil {
			data = n.Data
		}
		// The last value counts, so it comes first.
		g.tree.put(goEnvFile, &node{Mode: 0o644, Data: append([]byte(strings.Join(args[1:], "\n")+"\n"), data...)})
		return 0, nil
	}
	for _, name := range args {
		if !strings.HasPrefix(name, "-") {
			fmt.Fprintln(g.out, g.setting(name))
		}
	}
	return 0, nil
}

// module returns the directory of go.mod at or above dir.
func (g *goRun) module() (string, bool) {
	for dir := g.dir; ; dir = path.Dir(dir) {
		if n := g.tree.get(path.Join(dir, "go.mod")); n != nil {
			return dir, true
		}
		if dir == "/" {
			return "", false
		}
	}
}

// ready fails when the go command would do nothing.
func (g *goRun) ready() int {
	root, ok := g.module()
	if !ok {
		fmt.Fprintln(g.err, "go: go.mod file not found in current directory or any parent directory")
		return 1
	}
	wants := goDirective.FindSubmatch(g.tree.get(path.Join(root, "go.mod")).Data)
	if wants == nil || g.golang == "" {
		return 0
	}
	if toolchain := g.setting("GOTOOLCHAIN"); older(g.golang, string(wants[1])) && (toolchain == "local" || toolchain == "") {
		fmt.Fprintf(g.err, "go: go.mod requires go >= %s (running go %s; GOTOOLCHAIN=local)\n", wants[1], g.golang)
		return 1
	}
	return 0
}

// older compares versions. A version without a patch is the newest of its line.
func older(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		if i >= len(x) || i >= len(y) {
			return false
		}
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m < n
		}
	}
	return false
}

// modules downloads the modules, unless the cache has them.
func (g *goRun) modules() bool {
	root, _ := g.module()
	if g.tree.get(path.Join(root, "vendor/modules.txt")) != nil {
		return true
	}
	marker := path.Join(g.setting("GOMODCACHE"), "cache/download", g.tree.sum(path.Join(root, "go.mod")))
	if g.tree.get(marker) != nil {
		return true
	}
	if !g.uses("modules") {
		fmt.Fprintln(g.err, "go: dial tcp: no network")
		return false
	}
	g.tree.put(marker, &node{Mode: 0o444, Size: 300_000_000})
	return true
}

func (g *goRun) mod(args []string) (int, error) {
	if len(args) == 0 {
		return 2, nil
	}
	switch args[0] {
	case "download", "verify", "vendor", "tidy":
		if code := g.ready(); code != 0 {
			return code, nil
		}
		if !g.modules() {
			return 1, nil
		}
		if root, _ := g.module(); args[0] == "vendor" {
			g.tree.put(path.Join(root, "vendor/modules.txt"), &node{Mode: 0o644})
		}
		return 0, nil
	}
	return 0, unsupported("go mod " + args[0])
}

// buildFlags are those of the command line and of GOFLAGS, the former first.
type buildFlags struct {
	values map[string]string
	rest   []string
}

var valued = strings.Fields("o p asmflags buildmode buildvcs compiler gccgoflags gcflags installsuffix ldflags mod modfile overlay pgo pkgdir tags toolexec coverpkg covermode")

// words splits as the shell would: quotes keep blanks.
func words(s string) []string {
	var all []string
	var word strings.Builder
	quote, inside := rune(0), false
	for _, c := range s {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, inside = c, true
		case c == ' ' || c == '\t' || c == '\n':
			if inside || word.Len() > 0 {
				all = append(all, word.String())
			}
			word.Reset()
			inside = false
		default:
			word.WriteRune(c)
		}
	}
	if inside || word.Len() > 0 {
		all = append(all, word.String())
	}
	return all
}

func (g *goRun) flags(args []string) buildFlags {
	f := buildFlags{values: map[string]string{}}
	parse := func(args []string, line bool) {
		for i := 0; i < len(args); i++ {
			a := args[i]
			if !strings.HasPrefix(a, "-") || a == "-" {
				if line {
					f.rest = append(f.rest, args[i:]...)
				}
				return
			}
			name, value, has := strings.Cut(strings.TrimLeft(a, "-"), "=")
			switch {
			case has:
			case slices.Contains(valued, name) && name != "buildvcs" && i+1 < len(args):
				i++
				value = args[i]
			default:
				value = "true"
			}
			f.values[name] = value
		}
	}
	for _, flag := range words(g.setting("GOFLAGS")) {
		parse([]string{flag}, false)
	}
	parse(args, true)
	return f
}

// listed is a package as go list prints it.
type listed struct {
	ImportPath, Name, Dir       string
	Standard, DepOnly           bool
	GoFiles, EmbedFiles, SFiles []string
	Module                      *struct{ Main bool }
}

// compile is go build and go install: the packages are what go list says, and the programs are described.
func (g *goRun) compile(ctx context.Context, command string, args []string) (int, error) {
	f := g.flags(args)
	for _, name := range []string{"toolexec", "overlay", "modfile", "pkgdir", "compiler"} {
		if f.values[name] != "" {
			return 0, unsupported("the flag -" + name + " of go build")
		}
	}
	if code := g.ready(); code != 0 {
		return code, nil
	}
	for _, arg := range f.rest {
		if strings.Contains(arg, "@") {
			return 0, unsupported("go install of another module")
		}
	}
	if !g.modules() {
		return 1, nil
	}
	root, _ := g.module()
	goos, goarch := g.setting("GOOS"), g.setting("GOARCH")
	packages, text, err := g.list(ctx, root, f, goos, goarch)
	if err != nil {
		return 0, err
	}
	if text != "" {
		fmt.Fprintln(g.err, text)
		return 1, nil
	}
	stamp, code := g.stamp(root, f)
	if code != 0 {
		return code, nil
	}
	cgo := g.setting("CGO_ENABLED") == "1"
	if cgo && !g.cc {
		fmt.Fprintln(g.err, `cgo: C compiler "gcc" not found: exec: "gcc": executable file not found in $PATH`)
		return 1, nil
	}
	tags := strings.FieldsFunc(f.values["tags"], func(c rune) bool { return c == ',' || c == ' ' })
	dynamic := cgo && !strings.Contains(f.values["ldflags"], "-static") && !(slices.Contains(tags, "netgo") && slices.Contains(tags, "osusergo"))
	dir := ""
	if f.values["trimpath"] != "true" {
		dir = g.build.Dir + root
	}
	linker := words(f.values["ldflags"])
	depends := map[string]string{
		"compiler": g.golang, "platform": goos + "/" + goarch, "cgo": g.setting("CGO_ENABLED"), "directory": dir, "commit": stamp,
		"flags": fmt.Sprintf("%q %q %q %q %q %q", f.values["ldflags"], tags, f.values["gcflags"], f.values["asmflags"], f.values["buildmode"], f.values["race"]),
	}
	sources := g.sources(root, packages)
	var programs []*node
	var names []string
	for _, pkg := range packages {
		if pkg.DepOnly {
			continue
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(pkg.ImportPath, "shop"), "/")
		g.step.Builds = append(g.step.Builds, rel)
		if pkg.Name != "main" {
			continue
		}
		stripped := slices.Contains(linker, "-s") || slices.Contains(linker, "-s=true")
		size := int64(32_000_000)
		if stripped {
			size = 22_000_000
		}
		program := &program{
			Package: rel, OS: goos, Arch: goarch, Dynamic: dynamic, Stripped: stripped, Depends: depends, Line: g.step.Line, Zones: slices.Contains(tags, "timetzdata"),
			Bits: hash(rel, fmt.Sprint(depends), sources),
		}
		programs = append(programs, &node{Mode: 0o755, Size: size, Program: program})
		names = append(names, path.Base(pkg.ImportPath))
	}
	out, given := f.values["o"]
	switch {
	case command == "install":
		bin := g.setting("GOBIN")
		cross := goos+"/"+goarch != g.platform
		if bin != "" && cross {
			fmt.Fprintln(g.err, "go: cannot install cross-compiled binaries when GOBIN is set")
			return 1, nil
		}
		if bin == "" {
			first, _, _ := strings.Cut(g.setting("GOPATH"), ":")
			bin = first + "/bin"
			if cross {
				bin += "/" + goos + "_" + goarch
			}
		}
		for i, n := range programs {
			g.tree.put(path.Join(bin, names[i]), n)
		}
	case given && (strings.HasSuffix(out, "/") || g.tree.isDir(g.at(out))):
		for i, n := range programs {
			g.tree.put(path.Join(g.at(out), names[i]), n)
		}
	case given && len(programs) > 1:
		fmt.Fprintf(g.err, "go: cannot write multiple packages to non-directory %s\n", out)
		return 1, nil
	case given && len(programs) == 1:
		g.tree.put(g.at(out), programs[0])
	case !given && len(programs) == 1 && len(g.step.Builds) > 0:
		g.tree.put(path.Join(g.dir, names[0]), programs[0])
	}
	return 0, nil
}

// stamp is the commit that go build would write into the program.
func (g *goRun) stamp(root string, f buildFlags) (string, int) {
	mode := f.values["buildvcs"]
	repository := false
	for dir := root; ; dir = path.Dir(dir) {
		if g.tree.isDir(path.Join(dir, ".git")) {
			repository = true
		}
		if dir == "/" {
			break
		}
	}
	_, git := g.find("git", g.process)
	switch {
	case mode == "false" || mode != "true" && (!repository || git == nil):
		return "", 0
	case !repository || git == nil:
		fmt.Fprintln(g.err, "error obtaining VCS status: exit status 128\n\tUse -buildvcs=false to disable VCS stamping.")
		return "", 1
	}
	return g.build.Salt, 0
}

// sources is a hash of the files of the module that the packages are compiled of.
func (g *goRun) sources(root string, packages []listed) string {
	h := sha256.New()
	for _, pkg := range packages {
		if pkg.Module == nil || !pkg.Module.Main {
			continue
		}
		for _, name := range slices.Concat(pkg.GoFiles, pkg.EmbedFiles, pkg.SFiles) {
			n := g.tree.get(path.Join(root, pkg.Dir, name))
			if n != nil {
				fmt.Fprintf(h, "%s/%s %d\n%s", pkg.Dir, name, len(n.Data), n.Data)
			}
		}
	}
	fmt.Fprint(h, g.tree.sum(path.Join(root, "go.sum")))
	return hex.EncodeToString(h.Sum(nil))
}

// asked are the answers of go list, by all that they depend on.
var asked sync.Map

type answer struct {
	packages []listed
	text     string
}

// list asks the go command of this machine about the packages, in a copy of the module on the disk.
func (g *goRun) list(ctx context.Context, root string, f buildFlags, goos, goarch string) ([]listed, string, error) {
	key := hash(g.tree.sum(root), g.dir, goos, goarch, f.values["tags"], strings.Join(f.rest, "\x00"))
	if known, ok := asked.Load(key); ok {
		a := known.(answer)
		return a.packages, a.text, nil
	}
	temp, err := os.MkdirTemp("", "images-")
	if err != nil {
		return nil, "", fmt.Errorf("make a directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(temp) }()
	if temp, err = filepath.EvalSymlinks(temp); err != nil {
		return nil, "", fmt.Errorf("find the directory: %w", err)
	}
	module := g.tree.sub(root)
	for _, p := range module.under("/") {
		n := module[p]
		if n.Base != "" || strings.HasPrefix(p, "/vendor/") || n.Program != nil || n.Mode.Type() != 0 || n.Size > int64(len(n.Data)) {
			continue
		}
		at := filepath.Join(temp, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return nil, "", fmt.Errorf("copy the module: %w", err)
		}
		if err := os.WriteFile(at, n.Data, 0o644); err != nil {
			return nil, "", fmt.Errorf("copy the module: %w", err)
		}
	}
	work := filepath.Join(temp, strings.TrimPrefix(g.dir, root))
	if err := os.MkdirAll(work, 0o755); err != nil {
		return nil, "", fmt.Errorf("copy the module: %w", err)
	}
	args := []string{"list", "-deps", "-json=ImportPath,Name,Dir,Standard,DepOnly,GoFiles,EmbedFiles,SFiles,Module"}
	if f.values["tags"] != "" {
		args = append(args, "-tags="+f.values["tags"])
	}
	args = append(args, "--")
	for _, pkg := range f.rest {
		if path.IsAbs(pkg) {
			pkg = filepath.Join(temp, strings.TrimPrefix(pkg, root))
		}
		args = append(args, pkg)
	}
	list := exec.CommandContext(ctx, "go", args...)
	list.Dir = work
	list.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "GOFLAGS=") })
	list.Env = append(list.Env, "GOWORK=off", "GOFLAGS=-mod=readonly", "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "PWD="+work)
	var out, bad bytes.Buffer
	list.Stdout, list.Stderr = &out, &bad
	err = list.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		text := strings.ReplaceAll(strings.TrimSpace(bad.String()), temp, root)
		if strings.Contains(text, "dial tcp") || strings.Contains(text, "proxyconnect") {
			return nil, "", fmt.Errorf("go list: %s", text)
		}
		asked.Store(key, answer{text: text})
		return nil, text, nil
	}
	if err != nil {
		return nil, "", fmt.Errorf("go list: %w", err)
	}
	var all []listed
	decoder := json.NewDecoder(&out)
	for {
		var pkg listed
		err := decoder.Decode(&pkg)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", fmt.Errorf("read what go list says: %w", err)
		}
		if pkg.Standard || pkg.Module == nil || !pkg.Module.Main {
			continue
		}
		pkg.Dir = filepath.ToSlash(strings.TrimPrefix(pkg.Dir, temp))
		all = append(all, pkg)
	}
	asked.Store(key, answer{packages: all})
	return all, "", nil
}
