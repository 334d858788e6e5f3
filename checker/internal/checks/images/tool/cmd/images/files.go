package main

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/patternmatcher"
	mode "github.com/tonistiigi/dchapes-mode"
)

// files carries out COPY, ADD, WORKDIR and the like.
func (g *graph) files(id string, op *pb.FileOp, n int, input func(int64) tree, key func(int64) string) (*done, error) {
	d := &done{outputs: map[int]tree{}}
	var results []tree
	keys := []string{"file"}
	at := func(i int64) tree {
		switch {
		case i < 0:
			return newTree()
		case int(i) < n:
			return input(i)
		default:
			return results[int(i)-n]
		}
	}
	for _, action := range op.Actions {
		t := at(action.Input).clone()
		if action.Input >= 0 && int(action.Input) < n {
			keys = append(keys, key(action.Input))
		}
		var err error
		switch a := action.Action.(type) {
		case *pb.FileAction_Mkdir:
			uid, gid := owner(t, a.Mkdir.Owner)
			keys = append(keys, fmt.Sprint("mkdir", a.Mkdir.Path, a.Mkdir.Mode, uid, gid))
			t.mkdirAll(a.Mkdir.Path, fs.FileMode(a.Mkdir.Mode).Perm(), uid, gid)
		case *pb.FileAction_Mkfile:
			uid, gid := owner(t, a.Mkfile.Owner)
			keys = append(keys, fmt.Sprint("mkfile", a.Mkfile.Path, a.Mkfile.Mode, uid, gid), string(a.Mkfile.Data))
			t.put(a.Mkfile.Path, &node{Mode: fs.FileMode(a.Mkfile.Mode).Perm(), Data: a.Mkfile.Data, UID: uid, GID: gid})
		case *pb.FileAction_Symlink:
			keys = append(keys, "symlink", a.Symlink.Oldpath, a.Symlink.Newpath)
			t.put(a.Symlink.Newpath, &node{Mode: fs.ModeSymlink | 0o777, Link: a.Symlink.Oldpath})
		case *pb.FileAction_Rm:
			keys = append(keys, "rm", a.Rm.Path)
			for _, p := range wildcard(t, a.Rm.Path) {
				t.remove(p)
			}
		case *pb.FileAction_Copy:
			from := at(action.SecondaryInput)
			sums, e := copyInto(t, from, a.Copy)
			keys = append(keys, fmt.Sprintf("copy %s %s %v %d %s %v %v", a.Copy.Src, a.Copy.Dest, a.Copy.Owner, a.Copy.Mode, a.Copy.ModeStr, a.Copy.IncludePatterns, a.Copy.ExcludePatterns))
			keys = append(keys, sums...)
			err = e
		default:
			err = unsupported(fmt.Sprintf("line %d: this instruction", g.lines[id]))
		}
		if err != nil {
			return nil, failed{g.lines[id], err.Error()}
		}
		results = append(results, t)
		if action.Output >= 0 {
			d.outputs[int(action.Output)] = t
		}
	}
	d.key = hash(keys...)
	if old := g.done[d.key]; old != nil {
		return old, nil
	}
	g.done[d.key] = d
	return d, nil
}

func owner(t tree, o *pb.ChownOpt) (uid, gid int) {
	if o == nil {
		return 0, 0
	}
	gid = -1
	if o.User != nil {
		if name := o.User.GetByName(); name != nil {
			uid, gid = lookup(t, "/etc/passwd", name.Name)
		} else {
			uid = int(o.User.GetByID())
			gid = uid
		}
	}
	if o.Group != nil {
		if name := o.Group.GetByName(); name != nil {
			gid, _ = lookup(t, "/etc/group", name.Name)
		} else {
			gid = int(o.Group.GetByID())
		}
	}
	return uid, max(gid, 0)
}

// lookup finds the numbers of a name in passwd or group; of a number it is the number.
func lookup(t tree, file, name string) (id, second int) {
	if n, err := strconv.Atoi(name); err == nil {
		return n, n
	}
	if n := t.get(file); n != nil {
		for line := range strings.SplitSeq(string(n.Data), "\n") {
			if fields := strings.Split(line, ":"); fields[0] == name && len(fields) > 3 {
				id, _ = strconv.Atoi(fields[2])
				second, _ = strconv.Atoi(fields[3])
				return id, second
			}
		}
	}
	return 0, 0
}

// wildcard returns the paths that a pattern names.
func wildcard(t tree, pattern string) []string {
	pattern = path.Clean("/" + pattern)
	if !strings.ContainsAny(pattern, "*?[") {
		if p := t.resolve(pattern, true); t[p] != nil {
			return []string{p}
		}
		return nil
	}
	var all []string
	for _, p := range t.under("/") {
		if ok, _ := path.Match(pattern, p); ok {
			all = append(all, p)
		}
	}
	return all
}

// copyInto carries out one COPY and returns the hashes of what it has read.
func copyInto(t, from tree, c *pb.FileActionCopy) (sums []string, err error) {
	sources := wildcard(from, c.Src)
	if len(sources) == 0 {
		if c.AllowEmptyWildcard && strings.ContainsAny(c.Src, "*?[") {
			return nil, nil
		}
		return nil, fmt.Errorf("%q: not found", strings.TrimPrefix(c.Src, "/"))
	}
	uid, gid := owner(t, c.Owner)
	change := func(n *node) *node {
		copied := *n
		copied.UID, copied.GID, copied.Base = n.UID, n.GID, ""
		if c.Owner != nil {
			copied.UID, copied.GID = uid, gid
		}
		if n.Mode&fs.ModeSymlink == 0 {
			if c.ModeStr != "" {
				if set, err := mode.Parse(c.ModeStr); err == nil {
					copied.Mode = set.Apply(n.Mode)
				}
			} else if c.Mode != -1 {
				copied.Mode = n.Mode.Type() | fs.FileMode(c.Mode)&0o777
			}
		}
		return &copied
	}
	includes, excludes, err := matchers(c)
	if err != nil {
		return nil, err
	}
	wanted := func(rel string) bool {
		if includes != nil {
			if ok, _ := includes.MatchesOrParentMatches(rel); !ok {
				return false
			}
		}
		if excludes != nil {
			if ok, _ := excludes.MatchesOrParentMatches(rel); ok {
				return false
			}
		}
		return true
	}
	dest := path.Clean("/" + c.Dest)
	for _, s := range sources {
		n := from[s]
		into := dest
		intoDir := strings.HasSuffix(c.Dest, "/") || len(sources) > 1 || t.isDir(dest)
		if !n.Mode.IsDir() {
			if intoDir {
				into = path.Join(dest, path.Base(s))
			}
			if wanted(path.Base(s)) {
				if n.Mode&fs.ModeSymlink != 0 {
					if target := from.get(s); target != nil && c.FollowSymlink {
						n = target
					}
				}
				sums = append(sums, from.sum(s))
				t.mkdirAll(path.Dir(into), 0o755, uid, gid)
				t.put(into, change(n))
			}
			continue
		}
		if !c.DirCopyContents && intoDir {
			into = path.Join(dest, path.Base(s))
		}
		part := from.sub(s)
		for _, p := range part.under("/") {
			if part[p].Mode.IsDir() && includes == nil && wanted(p[1:]) {
				continue
			}
			if !wanted(p[1:]) || part[p].Mode.IsDir() {
				delete(part, p)
			}
		}
		for p := range part.clone() { // directories of what is left
			for dir := path.Dir(p); dir != "/" && part[dir] == nil; dir = path.Dir(dir) {
				part[dir] = from[path.Join(s, dir)]
			}
		}
		sums = append(sums, part.sum("/"))
		if !t.isDir(into) {
			t.mkdirAll(path.Dir(into), 0o755, uid, gid)
			t[t.resolve(into, true)] = change(&node{Mode: fs.ModeDir | 0o755})
		}
		for _, p := range part.under("/") {
			at := path.Join(into, p)
			if part[p].Mode.IsDir() && t.isDir(at) {
				continue
			}
			t.put(at, change(part[p]))
		}
	}
	return sums, nil
}

func matchers(c *pb.FileActionCopy) (includes, excludes *patternmatcher.PatternMatcher, err error) {
	if len(c.IncludePatterns) > 0 {
		if includes, err = patternmatcher.New(c.IncludePatterns); err != nil {
			return nil, nil, err
		}
	}
	if len(c.ExcludePatterns) > 0 {
		excludes, err = patternmatcher.New(c.ExcludePatterns)
	}
	return includes, excludes, err
}
