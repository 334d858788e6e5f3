package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	mode "github.com/tonistiigi/dchapes-mode"
)

// builtin is a command of an image. What it cannot follow is unsupported.
func (r *runner) builtin(ctx context.Context, name string, p process) (int, error) {
	flags, rest := options(p.args[1:])
	has := func(letters ...string) bool {
		return slices.ContainsFunc(letters, func(l string) bool { return slices.Contains(flags, l) })
	}
	switch name {
	case "go":
		return r.goCommand(ctx, p)
	case "true", "sleep", "sync", "strip", "gofmt", "ldd", "stat", "update-ca-certificates", "du", "file", "getent", "setcap", "hg", "ssh", "perl":
		if name == "strip" {
			for _, f := range rest {
				if n := r.tree.get(p.at(f)); n != nil && n.Program != nil {
					changed, program := *n, *n.Program
					program.Stripped = true
					changed.Program = &program
					r.tree[r.tree.resolve(p.at(f), true)] = &changed
				}
			}
		}
		if name == "perl" || name == "hg" || name == "ssh" {
			return 0, unsupported("the command " + name)
		}
		return 0, nil
	case "false":
		return 1, nil
	case "echo":
		fmt.Fprintln(p.out, strings.Join(p.args[1:], " "))
		return 0, nil
	case "env":
		return r.env_(ctx, p)
	case "busybox":
		if len(p.args) > 1 {
			p.args = p.args[1:]
			return r.command(ctx, p)
		}
		return 0, nil
	case "date", "hostname":
		fmt.Fprintln(p.out, r.build.Salt)
		return 0, nil
	case "uname", "dpkg":
		_, arch, _ := strings.Cut(r.platform, "/")
		machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[arch]
		switch {
		case name == "dpkg" && slices.Contains(p.args, "--print-architecture"):
			fmt.Fprintln(p.out, arch)
		case has("m", "machine"):
			fmt.Fprintln(p.out, machine)
		default:
			fmt.Fprintln(p.out, "Linux", r.build.Salt, machine)
		}
		return 0, nil
	case "id", "whoami":
		fmt.Fprintln(p.out, map[bool]string{true: "0", false: "root"}[has("u", "g")])
		return 0, nil
	case "nproc":
		fmt.Fprintln(p.out, 2)
		return 0, nil
	case "pwd":
		fmt.Fprintln(p.out, p.dir)
		return 0, nil
	case "basename":
		if len(rest) == 0 {
			return p.complain("missing operand"), nil
		}
		base := path.Base(rest[0])
		if len(rest) > 1 {
			base = strings.TrimSuffix(base, rest[1])
		}
		fmt.Fprintln(p.out, base)
		return 0, nil
	case "dirname":
		for _, f := range rest {
			fmt.Fprintln(p.out, path.Dir(f))
		}
		return 0, nil
	case "readlink", "realpath":
		for _, f := range rest {
			fmt.Fprintln(p.out, r.tree.resolve(p.at(f), true))
		}
		return 0, nil
	case "which":
		for _, f := range rest {
			at, n := r.find(f, p)
			if n == nil {
				return 1, nil
			}
			fmt.Fprintln(p.out, at)
		}
		return 0, nil
	case "ls":
		for _, f := range append(rest, map[bool][]string{true: {"."}}[len(rest) == 0]...) {
			n := r.tree.get(p.at(f))
			switch {
			case n == nil:
				return p.complain("%s: no such file or directory", f), nil
			case n.Mode.IsDir() && !has("d"):
				for _, c := range r.tree.children(r.tree.resolve(p.at(f), true)) {
					fmt.Fprintln(p.out, path.Base(c))
				}
			default:
				fmt.Fprintln(p.out, f)
			}
		}
		return 0, nil
	case "cat", "head", "tail", "sort", "uniq", "cut", "tr", "wc", "grep", "sed", "expr", "seq", "md5sum", "sha256sum", "tee", "xargs":
		return r.filter(ctx, name, p, flags, rest)
	case "mkdir":
		return r.mkdir(p, flags, rest)
	case "touch":
		for _, f := range rest {
			if r.tree.get(p.at(f)) == nil {
				r.tree.put(p.at(f), &node{Mode: 0o644})
			}
		}
		return 0, nil
	case "mktemp":
		r.random++
		at := fmt.Sprintf("/tmp/tmp.%x", sha256.Sum256(fmt.Appendf(nil, "%s%d", r.build.Salt, r.random)))[:20]
		if has("d") {
			r.tree.mkdirAll(at, 0o700, 0, 0)
		} else {
			r.tree.put(at, &node{Mode: 0o600})
		}
		fmt.Fprintln(p.out, at)
		return 0, nil
	case "rm", "rmdir":
		for _, f := range rest {
			at := r.tree.resolve(p.at(f), false)
			n := r.tree[at]
			switch {
			case n == nil && !has("f", "force", "rf", "fr"):
				return p.complain("%s: no such file or directory", f), nil
			case n == nil:
			case n.Mode.IsDir() && name == "rm" && !has("r", "R", "recursive"):
				return p.complain("%s: is a directory", f), nil
			default:
				r.tree.remove(at)
			}
		}
		return 0, nil
	case "ln":
		return r.link(p, has("s"), rest)
	case "cp", "mv", "install":
		return r.copy(name, p)
	case "chmod", "chown", "chgrp":
		return r.change(name, p, has("R", "recursive"))
	case "adduser", "useradd", "addgroup", "groupadd":
		return r.account(name, p)
	case "apk", "apt-get", "apt":
		return r.packages(name, p, rest)
	case "curl", "wget":
		return r.download(p)
	case "git":
		return r.git(p, rest)
	case "find":
		return r.findFiles(p)
	case "test":
		return 0, unsupported("the command /usr/bin/test; the shell's own works")
	}
	return 0, unsupported(fmt.Sprintf("the command %s; these are enough: go, cp, mv, rm, mkdir, ln, install, chmod, chown, cat, adduser, apk, apt-get", name))
}

// options separates letters and long options from the rest.
func options(args []string) (flags, rest []string) {
	for i, a := range args {
		switch {
		case a == "--":
			return flags, append(rest, args[i+1:]...)
		case strings.HasPrefix(a, "--"):
			name, _, _ := strings.Cut(a[2:], "=")
			flags = append(flags, name)
		case len(a) > 1 && a[0] == '-':
			for _, letter := range a[1:] {
				flags = append(flags, string(letter))
			}
		default:
			rest = append(rest, a)
		}
	}
	return flags, rest
}

func (r *runner) env_(ctx context.Context, p process) (int, error) {
	env := map[string]string{}
	for k, v := range p.env {
		env[k] = v
	}
	args := p.args[1:]
	for len(args) > 0 {
		if name, value, ok := strings.Cut(args[0], "="); ok && !strings.HasPrefix(args[0], "-") {
			env[name] = value
		} else if args[0] == "-i" {
			env = map[string]string{"PATH": p.env["PATH"]}
		} else if args[0] == "-u" && len(args) > 1 {
			delete(env, args[1])
			args = args[1:]
		} else {
			break
		}
		args = args[1:]
	}
	if len(args) == 0 {
		for k, v := range env {
			fmt.Fprintf(p.out, "%s=%s\n", k, v)
		}
		return 0, nil
	}
	p.args, p.env = args, env
	return r.command(ctx, p)
}

// filter is a command from input to output.
func (r *runner) filter(ctx context.Context, name string, p process, flags, rest []string) (int, error) {
	read := func(names []string) ([]byte, int) {
		if len(names) == 0 {
			return p.stdin(), 0
		}
		var all []byte
		for _, f := range names {
			if f == "-" {
				all = append(all, p.stdin()...)
				continue
			}
			if strings.HasPrefix(p.at(f), "/proc/") || p.at(f) == "/dev/urandom" {
				all = append(all, r.build.Salt...)
				continue
			}
			n := r.tree.get(p.at(f))
			if n == nil || n.Mode.IsDir() {
				return all, p.complain("%s: no such file", f)
			}
			all = append(all, n.Data...)
		}
		return all, 0
	}
	switch name {
	case "cat", "sort", "uniq":
		data, code := read(rest)
		if name == "sort" {
			lines := strings.SplitAfter(string(data), "\n")
			slices.Sort(lines)
			data = []byte(strings.Join(lines, ""))
		}
		_, _ = p.out.Write(data)
		return code, nil
	case "md5sum", "sha256sum":
		for _, f := range rest {
			if r.tree.get(p.at(f)) == nil {
				return p.complain("%s: no such file", f), nil
			}
			fmt.Fprintf(p.out, "%s  %s\n", r.tree.sum(p.at(f)), f)
		}
		return 0, nil
	case "tee":
		data := p.stdin()
		for _, f := range rest {
			old := []byte(nil)
			if n := r.tree.get(p.at(f)); n != nil && slices.Contains(flags, "a") {
				old = n.Data
			}
			r.tree.put(p.at(f), &node{Mode: 0o644, Data: append(bytes.Clone(old), data...)})
		}
		_, _ = p.out.Write(data)
		return 0, nil
	case "grep":
		if len(rest) == 0 {
			return 2, nil
		}
		pattern, err := regexp.Compile(rest[0])
		if err != nil {
			return 0, unsupported("this pattern of grep")
		}
		data, code := read(rest[1:])
		if code != 0 {
			return 2, nil
		}
		found := false
		for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\n"), "\n") {
			if pattern.MatchString(line) != slices.Contains(flags, "v") {
				found = true
				if !slices.Contains(flags, "q") {
					fmt.Fprintln(p.out, line)
				}
			}
		}
		return map[bool]int{true: 0, false: 1}[found], nil
	case "seq":
		if n, err := strconv.Atoi(strings.Join(rest, "")); err == nil {
			for i := range n {
				fmt.Fprintln(p.out, i+1)
			}
		}
		return 0, nil
	case "xargs":
		words := strings.Fields(string(p.stdin()))
		args, each := p.args[1:], 0
		for len(args) > 0 && strings.HasPrefix(args[0], "-") {
			switch {
			case args[0] == "-n1", args[0] == "-n" && len(args) > 1 && args[1] == "1":
				each = 1
				if args[0] == "-n" {
					args = args[1:]
				}
			case args[0] == "-r", args[0] == "-t":
			default:
				return 0, unsupported("the option " + args[0] + " of xargs")
			}
			args = args[1:]
		}
		if len(args) == 0 {
			args = []string{"echo"}
		}
		for len(words) > 0 {
			part := words
			if each == 1 {
				part = words[:1]
			}
			words = words[len(part):]
			child := p
			child.args, child.in = append(slices.Clone(args), part...), nil
			if code, err := r.command(ctx, child); err != nil || code != 0 {
				return 123, err
			}
		}
		return 0, nil
	}
	return 0, unsupported("the command " + name)
}

func (r *runner) mkdir(p process, flags, rest []string) (int, error) {
	perm := fs.FileMode(0o755)
	for i, a := range p.args {
		if a == "-m" && i+1 < len(p.args) {
			if v, err := strconv.ParseUint(p.args[i+1], 8, 32); err == nil {
				perm = fs.FileMode(v)
				rest = slices.DeleteFunc(rest, func(s string) bool { return s == p.args[i+1] })
			}
		}
	}
	for _, f := range rest {
		at := p.at(f)
		parents := slices.Contains(flags, "p") || slices.Contains(flags, "parents")
		if r.tree.get(at) != nil && !parents {
			return p.complain("%s: file exists", f), nil
		}
		if !parents && !r.tree.isDir(path.Dir(at)) {
			return p.complain("%s: no such file or directory", path.Dir(f)), nil
		}
		r.tree.mkdirAll(path.Dir(at), 0o755, 0, 0)
		r.tree.mkdirAll(at, perm, 0, 0)
	}
	return 0, nil
}

func (r *runner) link(p process, symbolic bool, rest []string) (int, error) {
	if len(rest) != 2 {
		return 0, unsupported("this form of ln")
	}
	at := p.at(rest[1])
	if r.tree.isDir(at) {
		at = path.Join(at, path.Base(rest[0]))
	}
	if symbolic {
		r.tree.remove(at)
		r.tree.put(at, &node{Mode: fs.ModeSymlink | 0o777, Link: rest[0]})
		return 0, nil
	}
	n := r.tree.get(p.at(rest[0]))
	if n == nil {
		return p.complain("%s: no such file", rest[0]), nil
	}
	r.tree.put(at, n)
	return 0, nil
}

// copy is cp, mv and install.
func (r *runner) copy(name string, p process) (int, error) {
	var (
		rest      []string
		recursive = name == "mv"
		parents   bool
		perm      = -1
		uid, gid  = -1, -1
		into      string
		dirs      bool
	)
	args := p.args[1:]
	if name == "install" {
		perm = 0o755
	}
	for i := 0; i < len(args); i++ {
		a := args[i]
		value := func() string {
			if i+1 < len(args) {
				i++
				return args[i]
			}
			return ""
		}
		switch {
		case a == "--" || a == "-":
		case a == "-t" || a == "--target-directory":
			into = value()
		case name == "install" && (a == "-m" || strings.HasPrefix(a, "-m")) && a != "--mode":
			v := strings.TrimPrefix(a, "-m")
			if v == "" {
				v = value()
			}
			if parsed, err := strconv.ParseUint(v, 8, 32); err == nil {
				perm = int(parsed)
			}
		case name == "install" && (a == "-o" || a == "-g"):
			id, _ := lookup(r.tree, map[string]string{"-o": "/etc/passwd", "-g": "/etc/group"}[a], value())
			if a == "-o" {
				uid = id
			} else {
				gid = id
			}
		case strings.HasPrefix(a, "-"):
			recursive = recursive || strings.ContainsAny(a, "rRa") && !strings.HasPrefix(a, "--") || a == "--recursive" || a == "--archive"
			parents = parents || a == "--parents"
			dirs = dirs || name == "install" && strings.Contains(a, "d") && !strings.HasPrefix(a, "--")
		default:
			rest = append(rest, a)
		}
	}
	if dirs {
		for _, f := range rest {
			r.tree.mkdirAll(p.at(f), fs.FileMode(perm), max(uid, 0), max(gid, 0))
		}
		return 0, nil
	}
	if into == "" {
		if len(rest) < 2 {
			return p.complain("missing file operand"), nil
		}
		into, rest = rest[len(rest)-1], rest[:len(rest)-1]
	}
	dest := r.tree.resolve(p.at(into), true)
	if len(rest) > 1 && !r.tree.isDir(dest) {
		return p.complain("target '%s' is not a directory", into), nil
	}
	for _, f := range rest {
		source := r.tree.resolve(p.at(f), name != "mv" && !recursive)
		n := r.tree[source]
		if n == nil {
			return p.complain("cannot stat '%s': no such file or directory", f), nil
		}
		at := dest
		if r.tree.isDir(dest) || strings.HasSuffix(into, "/") {
			at = path.Join(dest, path.Base(source))
			if parents {
				at = path.Join(dest, f)
			}
			if strings.HasSuffix(f, "/.") {
				at = dest
			}
		}
		if !parents && !r.tree.isDir(path.Dir(at)) && !(name == "install" && slices.Contains(p.args, "-D")) {
			return p.complain("cannot create '%s': no such file or directory", at), nil
		}
		if n.Mode.IsDir() {
			if !recursive {
				return p.complain("-r not specified; omitting directory '%s'", f), nil
			}
			part := r.tree.sub(source)
			if name == "mv" {
				r.tree.remove(source)
			}
			r.tree.mkdirAll(at, 0o755, 0, 0)
			for _, q := range part.under("/") {
				if part[q].Mode.IsDir() && r.tree.isDir(path.Join(at, q)) {
					continue
				}
				copied := *part[q]
				copied.Base = ""
				r.tree.put(path.Join(at, q), &copied)
			}
			continue
		}
		copied := *n
		copied.Base = ""
		if perm >= 0 {
			copied.Mode = fs.FileMode(perm)
		}
		if uid >= 0 {
			copied.UID = uid
		}
		if gid >= 0 {
			copied.GID = gid
		}
		if name == "mv" {
			r.tree.remove(source)
		}
		r.tree.put(at, &copied)
	}
	return 0, nil
}

// change is chmod, chown and chgrp.
func (r *runner) change(name string, p process, recursive bool) (int, error) {
	var rest []string
	for _, a := range p.args[1:] {
		if strings.HasPrefix(a, "-") && (len(rest) > 0 || strings.Trim(a, "-Rcfvh") == "" || strings.HasPrefix(a, "--")) {
			continue
		}
		rest = append(rest, a)
	}
	if len(rest) < 2 {
		return p.complain("missing operand"), nil
	}
	apply := func(n *node) *node {
		changed := *n
		switch name {
		case "chmod":
			if v, err := strconv.ParseUint(rest[0], 8, 32); err == nil {
				changed.Mode = n.Mode.Type() | fs.FileMode(v)&0o777
			} else if set, err := mode.Parse(rest[0]); err == nil {
				changed.Mode = set.Apply(n.Mode)
			}
		case "chown":
			user, group, both := strings.Cut(strings.Replace(rest[0], ".", ":", 1), ":")
			if user != "" {
				changed.UID, _ = lookup(r.tree, "/etc/passwd", user)
			}
			if both && group != "" {
				changed.GID, _ = lookup(r.tree, "/etc/group", group)
			}
		default:
			changed.GID, _ = lookup(r.tree, "/etc/group", rest[0])
		}
		return &changed
	}
	for _, f := range rest[1:] {
		at := r.tree.resolve(p.at(f), true)
		if r.tree[at] == nil {
			return p.complain("%s: no such file or directory", f), nil
		}
		r.tree[at] = apply(r.tree[at])
		if recursive {
			for _, below := range r.tree.under(at) {
				r.tree[below] = apply(r.tree[below])
			}
		}
	}
	return 0, nil
}

// account is adduser and the like: a line in passwd or group.
func (r *runner) account(name string, p process) (int, error) {
	id, gid, home, shell, user := "1000", "", "", "/bin/sh", ""
	if slices.Contains(p.args, "-S") || slices.Contains(p.args, "--system") || slices.Contains(p.args, "-r") {
		id = "100"
	}
	var rest []string
	args := p.args[1:]
	valued := "u uid g gid G ingroup h home d s shell c gecos k b"
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			rest = append(rest, args[i])
			continue
		}
		flag, value, joined := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		if flag == "home-dir" {
			flag = "home"
		}
		if flag == "u" && name == "adduser" && !joined && false {
			continue
		}
		if !slices.Contains(strings.Fields(valued), flag) && flag != "home" {
			continue
		}
		if !joined && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch flag {
		case "u", "uid":
			id = value
		case "g", "gid", "G", "ingroup":
			if (name == "addgroup" || name == "groupadd") && (flag == "g" || flag == "gid") {
				id = value
			} else if !(name == "adduser" && flag == "g") {
				gid = value
			}
		case "h", "home", "d":
			home = value
		case "s", "shell":
			shell = value
		}
	}
	if len(rest) == 0 {
		return p.complain("missing name"), nil
	}
	user = rest[0]
	add := func(file, line string) {
		data := []byte(nil)
		if n := r.tree.get(file); n != nil {
			data = n.Data
		}
		r.tree.put(file, &node{Mode: 0o644, Data: append(bytes.Clone(data), line...)})
	}
	group := func(number string) { add("/etc/group", fmt.Sprintf("%s:x:%s:\n", user, number)) }
	if name == "addgroup" || name == "groupadd" {
		group(id)
		return 0, nil
	}
	if gid == "" {
		gid = id
		group(id)
	}
	number, _ := lookup(r.tree, "/etc/group", gid)
	if home == "" {
		home = "/home/" + user
	}
	add("/etc/passwd", fmt.Sprintf("%s:x:%s:%d:%s:%s:%s\n", user, id, number, user, home, shell))
	return 0, nil
}

// packages is apk and apt-get. Which files a package has is known for a few.
func (r *runner) packages(name string, p process, rest []string) (int, error) {
	if len(rest) == 0 {
		return 0, nil
	}
	if rest[0] != "add" && rest[0] != "install" {
		if rest[0] == "update" || rest[0] == "upgrade" {
			if !r.uses(name + " " + rest[0]) {
				return p.complain("no network"), nil
			}
			r.tree.put("/var/cache/"+name+"/index", &node{Mode: 0o644, Size: 20_000_000, From: "packages"})
		}
		return 0, nil
	}
	if !r.uses(strings.Join(p.args, " ")) {
		return p.complain("no network"), nil
	}
	for _, pkg := range rest[1:] {
		pkg, _, _ = strings.Cut(strings.TrimLeft(pkg, "."), "=")
		switch pkg {
		case "ca-certificates", "ca-certificates-bundle":
			r.tree.put("/etc/ssl/certs/ca-certificates.crt", &node{Mode: 0o644, Size: 220_000, Role: "certificates", From: "packages"})
		case "tzdata":
			r.tree.put("/usr/share/zoneinfo/Europe/Berlin", &node{Mode: 0o644, Size: 1_500_000, Role: "zones", From: "packages"})
		case "git", "make", "gcc", "curl", "wget", "upx", "binutils", "bash", "openssl":
			command := map[string]string{"binutils": "strip"}[pkg]
			if command == "" {
				command = pkg
			}
			r.tree.put("/usr/bin/"+command, commandNode(command))
		case "build-base", "build-essential", "musl-dev":
			r.tree.put("/usr/bin/gcc", commandNode("gcc"))
			r.tree.put("/usr/bin/make", commandNode("make"))
		default:
			r.tree.put("/usr/lib/packages/"+pkg, &node{Mode: 0o644, Size: 1_000_000, From: "packages"})
		}
	}
	return 0, nil
}

func (r *runner) download(p process) (int, error) {
	out, url := "", ""
	for i, a := range p.args[1:] {
		if strings.Contains(a, "://") {
			url = a
		}
		if (a == "-o" || a == "-O" || a == "--output") && i+2 < len(p.args) && !strings.Contains(p.args[i+2], "://") {
			out = p.args[i+2]
		}
	}
	if !r.uses(url) {
		return p.complain("no network"), nil
	}
	data := []byte("downloaded in " + r.build.Salt)
	switch {
	case out == "" && (p.args[0] == "wget" || slices.Contains(p.args, "-O") || slices.Contains(p.args, "-LO") || slices.Contains(p.args, "-fsSLO")):
		out = path.Base(url)
		fallthrough
	case out != "" && out != "-":
		r.tree.put(p.at(out), &node{Mode: 0o644, Data: data, From: url})
	default:
		_, _ = p.out.Write(data)
	}
	return 0, nil
}

// git answers with the commit, if the repository has come into the image.
func (r *runner) git(p process, rest []string) (int, error) {
	dir := p.dir
	for ; dir != "/" && !r.tree.isDir(path.Join(dir, ".git")); dir = path.Dir(dir) {
	}
	if !r.tree.isDir(path.Join(dir, ".git")) {
		fmt.Fprintln(p.err, "fatal: not a git repository (or any of the parent directories): .git")
		return 128, nil
	}
	if len(rest) > 0 && (rest[0] == "config" || rest[0] == "status") {
		return 0, nil
	}
	fmt.Fprintf(p.out, "%x\n", sha256.Sum256([]byte(r.build.Salt)))
	return 0, nil
}

// findFiles is find DIR… with -name, -type, -delete and -maxdepth.
func (r *runner) findFiles(p process) (int, error) {
	var dirs []string
	args := p.args[1:]
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		dirs, args = append(dirs, args[0]), args[1:]
	}
	if len(dirs) == 0 {
		dirs = []string{"."}
	}
	pattern, kind, remove := "", "", false
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "-name" && i+1 < len(args):
			i++
			pattern = args[i]
		case args[i] == "-type" && i+1 < len(args):
			i++
			kind = args[i]
		case args[i] == "-delete":
			remove = true
		case args[i] == "-print":
		default:
			return 0, unsupported("the option " + args[i] + " of find")
		}
	}
	for _, dir := range dirs {
		at := r.tree.resolve(p.at(dir), true)
		for _, q := range append([]string{at}, r.tree.under(at)...) {
			n := r.tree[q]
			ok := n != nil
			if ok && pattern != "" {
				ok, _ = path.Match(pattern, path.Base(q))
			}
			if !ok || kind == "f" && n.Mode.IsDir() || kind == "d" && !n.Mode.IsDir() {
				continue
			}
			if remove {
				r.tree.remove(q)
				continue
			}
			fmt.Fprintln(p.out, path.Join(dir, strings.TrimPrefix(q, at)))
		}
	}
	return 0, nil
}
