package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// node is a file, a directory or a symbolic link. It is never changed; a change replaces it.
type node struct {
	Mode     fs.FileMode
	UID, GID int
	Data     []byte
	Size     int64 // of files whose content does not matter
	Link     string
	From     string
	Role     string
	Base     string // the reference of the image that it belongs to
	Command  string // the command that it is, if it is one of an image
	Program  *program
}

func (n *node) size() int64 { return max(n.Size, int64(len(n.Data))) }

// tree is a file system: nodes by their clean, absolute paths. The root is there always.
type tree map[string]*node

func newTree() tree { return tree{"/": {Mode: fs.ModeDir | 0o755}} }

func (t tree) clone() tree { return maps.Clone(t) }

// resolve follows symbolic links. The last element may be missing.
func (t tree) resolve(name string, last bool) string {
	name = path.Clean("/" + name)
	for range 40 {
		at, rest := "/", strings.Split(strings.Trim(name, "/"), "/")
		followed := false
		for i, part := range rest {
			at = path.Join(at, part)
			n := t[at]
			if n == nil || n.Mode&fs.ModeSymlink == 0 || i == len(rest)-1 && !last {
				continue
			}
			target := n.Link
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(at), target)
			}
			name = path.Join(append([]string{target}, rest[i+1:]...)...)
			followed = true
			break
		}
		if !followed {
			return name
		}
	}
	return name
}

func (t tree) get(name string) *node { return t[t.resolve(name, true)] }

func (t tree) isDir(name string) bool {
	n := t.get(name)
	return n != nil && n.Mode.IsDir()
}

// put adds a node, and the directories above it.
func (t tree) put(name string, n *node) {
	name = t.resolve(name, false)
	t.mkdirAll(path.Dir(name), 0o755, 0, 0)
	if old := t[name]; old != nil && old.Mode.IsDir() && !n.Mode.IsDir() {
		t.remove(name)
	}
	t[name] = n
}

func (t tree) mkdirAll(name string, mode fs.FileMode, uid, gid int) {
	name = t.resolve(name, true)
	if n := t[name]; n != nil && n.Mode.IsDir() {
		return
	}
	if name != "/" {
		t.mkdirAll(path.Dir(name), mode, uid, gid)
	}
	t[name] = &node{Mode: fs.ModeDir | mode, UID: uid, GID: gid}
}

// under returns the paths below name, not name itself, in their order.
func (t tree) under(name string) []string {
	prefix := strings.TrimSuffix(name, "/") + "/"
	var all []string
	for p := range t {
		if strings.HasPrefix(p, prefix) && p != name {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}

func (t tree) children(name string) []string {
	var all []string
	for p := range t {
		if p != "/" && path.Dir(p) == name {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}

func (t tree) remove(name string) {
	for _, p := range t.under(name) {
		delete(t, p)
	}
	if name != "/" {
		delete(t, name)
	}
}

// sub is the tree at name as a root of its own; a file becomes the only one of its root's name ".".
func (t tree) sub(name string) tree {
	name = t.resolve(name, true)
	result := newTree()
	if n := t[name]; n != nil && n.Mode.IsDir() {
		result["/"] = n
	}
	for _, p := range t.under(name) {
		result[path.Clean("/"+strings.TrimPrefix(p, strings.TrimSuffix(name, "/")))] = t[p]
	}
	return result
}

// graft puts other at name.
func (t tree) graft(name string, other tree) {
	name = t.resolve(name, true)
	t.mkdirAll(name, 0o755, 0, 0)
	for p, n := range other {
		if p == "/" {
			if name != "/" {
				t[name] = n
			}
			continue
		}
		t[path.Join(name, p)] = n
	}
}

// sum is a hash of what is at name, as the cache of a builder sees it: without times.
func (t tree) sum(name string) string {
	h := sha256.New()
	name = t.resolve(name, true)
	for _, p := range append([]string{name}, t.under(name)...) {
		n := t[p]
		if n == nil {
			fmt.Fprintf(h, "%s missing\n", p)
			continue
		}
		fmt.Fprintf(h, "%q %o %d %d %q %d\n", strings.TrimPrefix(p, name), n.Mode, n.UID, n.GID, n.Link, n.Size)
		if n.Program != nil {
			fmt.Fprintf(h, "%s\n", n.Program.Bits)
		}
		h.Write(n.Data)
	}
	return hex.EncodeToString(h.Sum(nil))
}
