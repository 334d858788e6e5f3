package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// base is what is known about an image of a registry.
type base struct {
	tree   tree
	config ocispecs.ImageConfig
	golang string // the version of Go, such as 1.26.8; "" when there is none
	cc     bool   // has a C compiler
}

const path_ = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// known are the images that the program has a model of.
const known = "golang, alpine, debian, ubuntu, busybox, gcr.io/distroless/static-debian12, base-nossl-debian12, base-debian12, cc-debian12 (and -debian13), " +
	"cgr.dev/chainguard/static, scratch"

var (
	coreutils = strings.Fields("basename cat chgrp chmod chown cp cut date dirname du echo env expr false find grep head hostname id install " +
		"ln ls md5sum mkdir mktemp mv printf pwd readlink realpath rm rmdir sed seq sha256sum sleep sort stat tail tar tee test touch tr true " +
		"uname uniq wc which whoami xargs sync nproc")
	debianOnly = strings.Fields("apt-get apt dpkg adduser addgroup useradd groupadd update-ca-certificates ldd getent file")
	alpineOnly = strings.Fields("apk adduser addgroup wget unzip update-ca-certificates ldd getent setcap")
	version    = regexp.MustCompile(`^v?(\d+(?:\.\d+)*)`)
)

// split takes a reference apart: the name without registry and tag, its tag, whether it has a digest.
func split(ref string) (name, tag string, digest bool) {
	ref, _, digest = strings.Cut(ref, "@")
	dir, last := path.Split(ref)
	last, tag, _ = strings.Cut(last, ":")
	name = dir + last
	for _, prefix := range []string{"docker.io/library/", "public.ecr.aws/docker/library/", "mirror.gcr.io/library/", "index.docker.io/library/", "docker.io/", "library/"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return name, tag, digest
}

// findBase returns the model of an image, or false if there is none.
func findBase(ref string) (*base, bool) {
	name, tag, _ := split(ref)
	b := &base{tree: newTree()}
	b.config.Env = []string{path_}
	switch {
	case name == "golang":
		b.debian(strings.Contains(tag, "alpine"))
		b.golang = version.FindString(tag)
		b.cc = !strings.Contains(tag, "alpine")
		b.config.Env = []string{"PATH=/go/bin:/usr/local/go/bin:" + strings.TrimPrefix(path_, "PATH="), "GOLANG_VERSION=" + b.golang, "GOTOOLCHAIN=local", "GOPATH=/go"}
		b.config.WorkingDir = "/go"
		b.dir("/go/bin", "/go/src", "/usr/local/go/bin")
		b.commands("/usr/local/go/bin", "go", "gofmt")
		b.add("/etc/ssl/certs/ca-certificates.crt", 220_000, "certificates")
		b.add("/usr/local/go/lib/time/zoneinfo.zip", 400_000, "zones")
		b.add("/usr/local/go/pkg/tool/compile", 250_000_000, "tool")
		if b.cc {
			b.commands("/usr/bin", "git", "gcc", "make", "curl", "wget", "hg", "strip", "openssl", "ssh")
			b.add("/usr/share/zoneinfo/Europe/Berlin", 400_000, "zones")
		}
	case name == "alpine":
		b.debian(true)
		b.add("/etc/ssl/certs/ca-certificates.crt", 220_000, "certificates")
		b.add("/etc/ssl/cert.pem", 220_000, "certificates")
		b.config.Cmd = []string{"/bin/sh"}
	case name == "debian" || name == "ubuntu":
		b.debian(false)
		if name == "debian" {
			b.add("/usr/share/zoneinfo/Europe/Berlin", 400_000, "zones")
		}
		b.config.Cmd = []string{"/bin/bash"}
	case name == "busybox":
		b.users(false)
		b.commands("/bin", append(coreutils, "sh", "adduser", "addgroup", "wget", "unzip", "ash")...)
		b.add("/bin/busybox", 4_000_000, "shell")
		b.config.Cmd = []string{"sh"}
	case strings.HasPrefix(name, "gcr.io/distroless/"), name == "cgr.dev/chainguard/static":
		kind := strings.TrimPrefix(name, "gcr.io/distroless/")
		kind, _, _ = strings.Cut(kind, "-debian")
		if name == "cgr.dev/chainguard/static" {
			kind = "static"
		}
		if kind != "static" && kind != "base" && kind != "base-nossl" && kind != "cc" {
			return nil, false
		}
		b.users(true)
		b.add("/etc/ssl/certs/ca-certificates.crt", 220_000, "certificates")
		b.add("/usr/share/zoneinfo/Europe/Berlin", 1_500_000, "zones")
		if kind != "static" {
			b.add("/lib/ld-linux.so.2", 18_000_000, "loader")
		}
		if strings.HasPrefix(tag, "debug") || strings.Contains(tag, "-dev") {
			b.commands("/busybox", append(coreutils, "sh", "wget")...)
			b.config.Env = []string{path_ + ":/busybox"}
			b.config.Entrypoint = []string{"/busybox/sh"}
		}
		if strings.Contains(tag, "nonroot") || strings.HasPrefix(name, "cgr.dev/") {
			b.config.User = "65532"
			b.config.WorkingDir = "/home/nonroot"
		}
	default:
		return nil, false
	}
	for p, n := range b.tree {
		if n.Base == "" {
			copied := *n
			copied.Base, copied.From = ref, "image:"+ref
			b.tree[p] = &copied
		}
	}
	return b, true
}

// debian fills the tree with what a distribution has.
func (b *base) debian(alpine bool) {
	b.users(false)
	if alpine {
		b.commands("/bin", append(append(coreutils, alpineOnly...), "sh", "ash", "busybox")...)
		b.add("/lib/ld-musl.so.1", 8_000_000, "loader")
		return
	}
	b.commands("/usr/bin", append(append(coreutils, debianOnly...), "bash", "perl")...)
	b.commands("/bin", "sh", "bash")
	b.add("/lib/ld-linux.so.2", 90_000_000, "loader")
}

func (b *base) users(distroless bool) {
	passwd := "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n"
	group := "root:x:0:\nnobody:x:65534:\nnogroup:x:65533:\n"
	b.dir("/bin", "/usr/bin", "/root", "/etc/ssl/certs", "/home", "/var", "/usr/local/bin", "/usr/lib")
	if distroless {
		passwd += "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n"
		group += "nonroot:x:65532:\n"
		b.tree["/home/nonroot"] = &node{Mode: fs.ModeDir | 0o700, UID: 65532, GID: 65532}
	}
	b.tree["/tmp"] = &node{Mode: fs.ModeDir | fs.ModeSticky | 0o777}
	for name, text := range map[string]string{"/etc/passwd": passwd, "/etc/group": group, "/etc/nsswitch.conf": "hosts: files dns\n", "/etc/os-release": "NAME=base\n"} {
		b.tree.put(name, &node{Mode: 0o644, Data: []byte(text)})
	}
}

func (b *base) dir(names ...string) {
	for _, name := range names {
		b.tree.mkdirAll(name, 0o755, 0, 0)
	}
}

func (b *base) add(name string, size int64, role string) {
	b.tree.put(name, &node{Mode: 0o755, Size: size, Role: role})
}

// commands adds commands to the tree. Each is a file of its own, as big as one of busybox.
func (b *base) commands(dir string, names ...string) {
	for _, name := range names {
		b.tree.put(path.Join(dir, name), commandNode(name))
	}
}

func commandNode(name string) *node {
	role := "tool"
	if name == "sh" || name == "bash" || name == "ash" || name == "busybox" {
		role = "shell"
	}
	return &node{Mode: 0o755, Size: 30_000, Role: role, Command: name}
}

// configOf is the image's configuration as a registry would answer.
func configOf(ref string, platform ocispecs.Platform) ([]byte, error) {
	b, ok := findBase(ref)
	if !ok {
		return nil, unsupported(fmt.Sprintf("the image %s; the checker has a model of these: %s", ref, known))
	}
	// Without a layer the frontend would take it for scratch.
	image := ocispecs.Image{RootFS: ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(ref)}}, Config: b.config}
	image.Platform = platform
	return json.Marshal(image)
}

// unsupported is what this program cannot follow; the Dockerfile may be right.
type unsupported string

func (u unsupported) Error() string { return string(u) }
