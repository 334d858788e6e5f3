package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/solver/pb"
)

// exec carries out a RUN, unless the builder has its result.
func (g *graph) exec(ctx context.Context, id string, op *pb.Op, input func(int64) tree, key func(int64) string) (*done, error) {
	e := op.GetExec()
	line := g.lines[id]
	platform := op.GetPlatform().GetOS() + "/" + op.GetPlatform().GetArchitecture()
	keys := []string{"exec", platform, fmt.Sprint(e.Network), e.Meta.Cwd, e.Meta.User, strings.Join(e.Meta.Args, "\x00"), strings.Join(e.Meta.Env, "\x00")}
	t := newTree()
	mounts := slices.Clone(e.Mounts)
	slices.SortStableFunc(mounts, func(a, b *pb.Mount) int {
		return strings.Count(path.Clean(a.Dest), "/") - strings.Count(path.Clean(b.Dest), "/")
	})
	hidden := map[string]tree{} // what a mount covers
	for _, m := range mounts {
		dest := path.Clean(m.Dest)
		keys = append(keys, fmt.Sprint(m.MountType, dest, m.Selector, m.Readonly))
		if m.Input >= 0 {
			if m.Readonly {
				keys = append(keys, input(m.Input).sum(path.Join("/", m.Selector)))
			} else {
				keys = append(keys, key(m.Input))
			}
		}
		if dest == "/" {
			t = input(m.Input).clone()
			continue
		}
		if !path.IsAbs(dest) {
			dest = path.Join("/", e.Meta.Cwd, dest)
		}
		what := newTree()
		switch m.MountType {
		case pb.MountType_CACHE:
			if kept := g.mounts[cacheID(m)]; kept != nil {
				what = kept
			} else if m.Input >= 0 {
				what = input(m.Input).sub(path.Join("/", m.Selector))
			}
		case pb.MountType_SECRET:
			hidden[dest] = nil
			if len(g.secrets) > 0 {
				t.put(dest, &node{Mode: 0o400, Data: []byte(g.secrets[0])})
			}
			continue
		case pb.MountType_TMPFS:
		case pb.MountType_SSH:
			continue
		default:
			if m.Input >= 0 {
				from := input(m.Input)
				at := from.resolve(path.Join("/", m.Selector), true)
				if from[at] == nil {
					return nil, failed{line, fmt.Sprintf("mount of %q: not found", m.Selector)}
				}
				if !from[at].Mode.IsDir() {
					hidden[dest] = nil
					t.put(dest, from[at])
					continue
				}
				what = from.sub(at)
			}
		}
		dest = t.resolve(dest, true)
		covered := t.sub(dest)
		hidden[dest] = covered
		t.remove(dest)
		t.graft(dest, what)
	}
	k := hash(keys...)
	text := strings.Join(e.Meta.Args, " ")
	if len(e.Meta.Args) == 3 {
		text = e.Meta.Args[2]
	}
	if old := g.done[k]; old != nil {
		s := *old.step
		s.Cached, s.Line = true, line
		g.result.Steps = append(g.result.Steps, s)
		return old, nil
	}
	r := &runner{graph: g, tree: t, step: &step{Line: line, Text: text, Platform: platform}, platform: platform, variables: e.Meta.Env, offline: e.Network == pb.NetMode_NONE}
	err := r.run(ctx, e.Meta.Args, e.Meta.Cwd)
	g.result.Steps = append(g.result.Steps, *r.step)
	if err != nil {
		var cannot unsupported
		if errors.As(err, &cannot) {
			return nil, unsupported(fmt.Sprintf("line %d: %s", line, string(cannot)))
		}
		var bad failed
		if errors.As(err, &bad) {
			return nil, failed{line, bad.text}
		}
		return nil, err
	}
	t = r.tree
	d := &done{key: k, outputs: map[int]tree{}, step: r.step}
	for _, m := range slices.Backward(mounts) {
		dest := path.Clean(m.Dest)
		if dest == "/" {
			continue
		}
		if !path.IsAbs(dest) {
			dest = path.Join("/", e.Meta.Cwd, dest)
		}
		covered, mounted := hidden[t.resolve(dest, true)]
		if !mounted {
			continue
		}
		dest = t.resolve(dest, true)
		if m.MountType == pb.MountType_CACHE {
			g.mounts[cacheID(m)] = t.sub(dest)
		}
		if m.MountType == pb.MountType_BIND && m.Output >= 0 {
			d.outputs[int(m.Output)] = t.sub(dest)
		}
		t.remove(dest)
		if covered != nil {
			t.graft(dest, covered)
		}
	}
	for _, m := range mounts {
		if path.Clean(m.Dest) == "/" && m.Output >= 0 {
			d.outputs[int(m.Output)] = t
		}
	}
	g.done[k] = d
	return d, nil
}

func cacheID(m *pb.Mount) string {
	if m.CacheOpt != nil {
		return m.CacheOpt.ID
	}
	return m.Dest
}

// runner is one RUN: its files, and what it does to the world outside.
type runner struct {
	*graph
	tree      tree
	step      *step
	platform  string
	variables []string
	offline   bool
	random    int
	output    strings.Builder
}

func (r *runner) run(ctx context.Context, args []string, dir string) error {
	if dir == "" {
		dir = "/"
	}
	r.tree.mkdirAll("/dev", 0o755, 0, 0)
	r.tree["/dev/null"] = &node{Mode: fs.ModeDevice | 0o666}
	delete(r.tree, "/dev/pipes/")
	code, err := r.command(ctx, process{args: args, dir: dir, env: environ(r.variables), out: &r.output, err: &r.output})
	delete(r.tree, "/dev/null")
	if len(r.tree.children("/dev")) == 0 {
		delete(r.tree, "/dev")
	}
	if err != nil {
		return err
	}
	if code != 0 {
		text := strings.TrimSpace(r.output.String())
		if lines := strings.Split(text, "\n"); len(lines) > 12 {
			text = strings.Join(lines[len(lines)-12:], "\n")
		}
		return failed{0, strings.TrimSpace(fmt.Sprintf("the command %q ended with %d\n%s", r.step.Text, code, text))}
	}
	return nil
}

// uses records what came over the network.
func (r *runner) uses(what string) bool {
	if r.offline {
		return false
	}
	r.step.Downloads = append(r.step.Downloads, what)
	return true
}
