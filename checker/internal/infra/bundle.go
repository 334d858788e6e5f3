package infra

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/proc"
)

// errNoBundle says that this system has no Debian packages to unpack.
var errNoBundle = errors.New("no Debian packages here")

// bundleUsable unpacks the packages of what is missing into .stagecraft/bundle, which needs no root.
func bundleUsable(ctx context.Context, p place, need Need, say func(string)) error {
	missing := findPrograms(ctx, p.bundleDir()).missing(need)
	if len(missing) == 0 {
		return nil
	}
	for _, tool := range []string{"apt-get", "dpkg"} {
		if _, err := exec.LookPath(tool); err != nil {
			return errNoBundle
		}
	}
	say("unpacking the packages of " + strings.Join(missing, ", ") + " into .stagecraft/bundle (once, without root)")
	b := bundle{dir: p.bundleDir()}
	if err := b.unpack(ctx, apt.names(missing)); err != nil {
		return err
	}
	if still := findPrograms(ctx, p.bundleDir()).missing(need); len(still) > 0 {
		return &Fault{What: "the unpacked packages have no usable " + strings.Join(still, ", "), Next: "run: " + installHint(still)}
	}
	return nil
}

// bundle is a tree of unpacked packages.
type bundle struct {
	dir string
	// options are for apt-get, and let a test pretend that nothing is installed.
	options []string
}

// unpack adds packages with all that they depend on and that is not installed on the machine.
func (b bundle) unpack(ctx context.Context, packages []string) error {
	if err := checkSpace(filepath.Dir(b.dir)); err != nil {
		return err
	}
	listed, err := b.run(ctx, filepath.Dir(b.dir), "apt-get", append(b.options, append([]string{"-qq", "--print-uris", "--no-install-recommends", "install"}, packages...)...)...)
	if err != nil {
		return err
	}
	debs := filepath.Join(b.dir, "debs")
	if err := os.MkdirAll(debs, 0o755); err != nil {
		return diskFault("cannot make "+debs, err)
	}
	defer os.RemoveAll(debs)
	var names []string
	for line := range strings.Lines(listed) {
		// 'http://…/redis-server_7.0.15_amd64.deb' redis-server_5%3a7.0.15_amd64.deb 72000 SHA256:…
		if fields := strings.Fields(line); len(fields) >= 3 && strings.HasSuffix(fields[1], ".deb") {
			name, _, _ := strings.Cut(fields[1], "_")
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		if _, err := b.run(ctx, debs, "apt-get", append(b.options, append([]string{"-qq", "download"}, names...)...)...); err != nil {
			return err
		}
	}
	files := paths.Match(debs, "*.deb")
	for _, file := range files {
		if _, err := b.run(ctx, debs, "dpkg", "-x", file, b.dir); err != nil {
			return err
		}
	}
	return b.wrapErlang()
}

func (b bundle) run(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(proc.Environ(), "LC_ALL=C")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		words := stderr.String()
		if strings.Contains(words, "No space left on device") {
			return "", &Fault{What: "the disk is full: cannot unpack packages", Next: "free some space and run again"}
		}
		return "", &Fault{What: name + " cannot get the packages: " + lastLines(words, 2), Cause: err, Next: "run: " + installHint(serverNames)}
	}
	return stdout.String(), nil
}

// Debian's erl script has its own place written in it; this one finds the tree that it lies in.
const erlWrapper = `#!/bin/sh
ROOTDIR=$(cd "$(dirname "$0")/../usr/lib/erlang" && pwd)
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
EMU=beam PROGNAME=erl
export ROOTDIR BINDIR EMU PROGNAME
exec "$BINDIR/erlexec" "$@"
`

func (b bundle) wrapErlang() error {
	erts := paths.Match(b.dir, "usr/lib/erlang/erts-*/bin")
	if len(erts) == 0 {
		return nil // The machine's own Erlang is used.
	}
	bin := filepath.Join(b.dir, "stagecraft-bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return diskFault("cannot make "+bin, err)
	}
	if err := writeFile(filepath.Join(bin, "erl"), []byte(erlWrapper), 0o755); err != nil {
		return diskFault("cannot write the wrapper of Erlang", err)
	}
	_ = os.Remove(filepath.Join(bin, "epmd"))
	return os.Symlink(filepath.Join(erts[0], "epmd"), filepath.Join(bin, "epmd"))
}
