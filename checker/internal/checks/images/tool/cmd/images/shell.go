package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"
	"time"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// process is a command with its surroundings.
type process struct {
	args []string
	dir  string
	env  map[string]string
	in   io.Reader
	out  io.Writer
	err  io.Writer
}

func (p process) stdin() []byte {
	if p.in == nil {
		return nil
	}
	data, _ := io.ReadAll(p.in)
	return data
}

// at is the absolute path of a name.
func (p process) at(name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join(p.dir, name)
}

func (p process) complain(format string, args ...any) int {
	fmt.Fprintf(p.err, "%s: %s\n", p.args[0], fmt.Sprintf(format, args...))
	return 1
}

func environ(list []string) map[string]string {
	m := map[string]string{}
	for _, pair := range list {
		name, value, _ := strings.Cut(pair, "=")
		m[name] = value
	}
	return m
}

// find returns the node of a command, as PATH leads to it.
func (r *runner) find(name string, p process) (string, *node) {
	if strings.Contains(name, "/") {
		at := p.at(name)
		return at, r.tree.get(at)
	}
	for dir := range strings.SplitSeq(p.env["PATH"], ":") {
		at := path.Join("/", dir, name)
		if n := r.tree.get(at); n != nil && !n.Mode.IsDir() {
			return at, n
		}
	}
	return "", nil
}

// command runs a command of the image.
func (r *runner) command(ctx context.Context, p process) (int, error) {
	at, n := r.find(p.args[0], p)
	switch {
	case n == nil || n.Mode.IsDir():
		fmt.Fprintf(p.err, "%s: not found\n", p.args[0])
		return 127, nil
	case n.Mode&0o111 == 0:
		fmt.Fprintf(p.err, "%s: permission denied\n", p.args[0])
		return 126, nil
	case n.Program != nil:
		return 0, nil // a program of the shop; what it would do is not known
	case n.Role == "shell" && n.Command != "busybox":
		return r.shell(ctx, p)
	case n.Command != "":
		return r.builtin(ctx, n.Command, p)
	case bytes.HasPrefix(n.Data, []byte("#!")):
		first, _, _ := strings.Cut(string(n.Data[2:]), "\n")
		if fields := strings.Fields(first); len(fields) > 0 {
			if path.Base(fields[0]) == "env" {
				fields = fields[1:]
			}
			p.args = append(append(fields, at), p.args[1:]...)
			return r.command(ctx, p)
		}
	}
	return 0, unsupported(fmt.Sprintf("the command %s, which is no command of the image", p.args[0]))
}

// shell interprets sh -c SCRIPT, sh FILE and a script on the standard input.
func (r *runner) shell(ctx context.Context, p process) (int, error) {
	var options []string
	args, script, named := p.args[1:], "", false
	for len(args) > 0 && !named && (strings.HasPrefix(args[0], "-") || strings.HasPrefix(args[0], "+")) {
		flag := args[0]
		args = args[1:]
		if flag == "--" {
			break
		}
		if strings.HasPrefix(flag, "--") || flag == "-l" || flag == "-i" {
			continue
		}
		letters := flag[1:]
		for _, letter := range letters {
			switch letter {
			case 'c':
				named = true
			case 'o':
				if len(args) > 0 {
					if args[0] == "pipefail" || args[0] == "errexit" || args[0] == "nounset" || args[0] == "noglob" {
						options = append(options, flag[:1]+"o", args[0])
					}
					args = args[1:]
				}
			case 'e', 'u', 'f', 'n', 'a':
				options = append(options, flag[:1]+string(letter))
			case 'x', 'l', 'i', 's', 'v':
			default:
				return 2, unsupported(fmt.Sprintf("the option -%c of the shell", letter))
			}
		}
	}
	name := p.args[0]
	switch {
	case named && len(args) > 0:
		script, args = args[0], args[1:]
		if len(args) > 0 {
			name, args = args[0], args[1:]
		}
	case len(args) > 0:
		n := r.tree.get(p.at(args[0]))
		if n == nil {
			return p.complain("cannot open %s", args[0]), nil
		}
		script, name, args = string(n.Data), args[0], args[1:]
	default:
		script = string(p.stdin())
	}
	parsed, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), name)
	if err != nil {
		return p.complain("%v", err), nil
	}
	pairs := make([]string, 0, len(p.env))
	for k, v := range p.env {
		pairs = append(pairs, k+"="+v)
	}
	sort.Strings(pairs)
	if p.env["HOME"] == "" {
		pairs = append(pairs, "HOME=/root")
	}
	pairs = append(pairs, "UID=0", "EUID=0", "GID=0")
	var refused error
	runner, err := interp.New(
		interp.Env(expand.ListEnviron(pairs...)),
		interp.StdIO(p.in, p.out, p.err),
		interp.Params(append(append(options, "--"), args...)...),
		interp.CallHandler(r.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc {
			return func(ctx context.Context, args []string) error {
				hc := interp.HandlerCtx(ctx)
				child := process{args: args, dir: hc.Dir, env: exported(hc.Env), in: hc.Stdin, out: hc.Stdout, err: hc.Stderr}
				code, err := r.command(ctx, child)
				if err != nil {
					refused = err
					return err
				}
				if code != 0 {
					return interp.ExitStatus(code)
				}
				return nil
			}
		}),
		interp.OpenHandler(r.open),
		interp.StatHandler(func(ctx context.Context, name string, follow bool) (fs.FileInfo, error) { return r.stat(name, follow) }),
		interp.AccessHandler(func(_ context.Context, name string, _ interp.AccessMode) error {
			_, err := r.stat(name, true)
			return err
		}),
		interp.ReadDirHandler2(func(ctx context.Context, name string) ([]fs.DirEntry, error) { return r.readDir(name) }),
		interp.Dir("/"),
	)
	if err != nil {
		return 2, fmt.Errorf("start a shell: %w", err)
	}
	runner.Dir = p.dir
	err = runner.Run(ctx, parsed)
	if refused != nil {
		return 2, refused
	}
	var status interp.ExitStatus
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &status):
		return int(status), nil
	case ctx.Err() != nil:
		return 2, ctx.Err()
	}
	return p.complain("%v", err), nil
}

// call sees every command with its arguments, also those that the shell carries out itself.
func (r *runner) call(ctx context.Context, args []string) ([]string, error) {
	if args[0] == "umask" || args[0] == "ulimit" || args[0] == "hash" {
		return []string{"true"}, nil
	}
	return args, nil
}

func exported(e expand.Environ) map[string]string {
	m := map[string]string{}
	e.Each(func(name string, v expand.Variable) bool {
		if v.Exported && v.Kind == expand.String {
			m[name] = v.Str
		}
		return true
	})
	return m
}

// open is a redirection.
func (r *runner) open(ctx context.Context, name string, flag int, _ os.FileMode) (io.ReadWriteCloser, error) {
	if !path.IsAbs(name) {
		name = path.Join(interp.HandlerCtx(ctx).Dir, name)
	}
	name = r.tree.resolve(name, true)
	if name == "/dev/null" {
		return &handle{}, nil
	}
	if name == "/dev/urandom" || name == "/dev/random" || strings.HasPrefix(name, "/proc/") {
		return &handle{Buffer: *bytes.NewBufferString(r.build.Salt + "\n")}, nil
	}
	if name == "/dev/stdout" || name == "/dev/stderr" {
		return &handle{}, nil
	}
	n := r.tree[name]
	if n != nil && n.Mode.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("is a directory")}
	}
	h := &handle{}
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 {
		if n == nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
		}
		h.Write(n.Data)
		return h, nil
	}
	if !r.tree.isDir(path.Dir(name)) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	mode := fs.FileMode(0o644)
	if n != nil {
		mode = n.Mode
		if flag&os.O_APPEND != 0 {
			h.Write(n.Data)
		}
	}
	h.close = func() { r.tree[name] = &node{Mode: mode, Data: bytes.Clone(h.Bytes())} }
	h.close() // it is there from now on
	return h, nil
}

type handle struct {
	bytes.Buffer
	close func()
}

func (h *handle) Close() error {
	if h.close != nil {
		h.close()
	}
	return nil
}

func (r *runner) stat(name string, follow bool) (fs.FileInfo, error) {
	name = r.tree.resolve(name, follow)
	n := r.tree[name]
	if n == nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return info{path.Base(name), n}, nil
}

func (r *runner) readDir(name string) ([]fs.DirEntry, error) {
	name = r.tree.resolve(name, true)
	if !r.tree.isDir(name) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
	}
	var all []fs.DirEntry
	for _, p := range r.tree.children(name) {
		all = append(all, fs.FileInfoToDirEntry(info{path.Base(p), r.tree[p]}))
	}
	return all, nil
}

type info struct {
	name string
	n    *node
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.n.size() }
func (i info) Mode() fs.FileMode  { return i.n.Mode }
func (i info) ModTime() time.Time { return time.Unix(0, 0) }
func (i info) IsDir() bool        { return i.n.Mode.IsDir() }
func (i info) Sys() any           { return nil }
