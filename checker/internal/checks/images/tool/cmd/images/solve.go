package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

func perform(ctx context.Context, asked request) (*response, error) {
	all, err := readContext(asked.Dir, asked.Plant)
	if err != nil {
		return nil, err
	}
	dockerfile := all.get("/Dockerfile")
	if dockerfile == nil {
		return nil, errors.New("there is no Dockerfile")
	}
	answer := &response{Lint: []finding{}}
	if asked.Lint {
		answer.Lint = lintFile(ctx, dockerfile.Data)
	}
	context, err := sent(all)
	if err != nil {
		answer.Lint = append(answer.Lint, finding{Rule: "dockerignore", Text: err.Error()})
		return answer, nil
	}
	for _, p := range context.under("/") {
		if !context[p].Mode.IsDir() {
			answer.Context = append(answer.Context, p[1:])
		}
	}
	for _, builds := range asked.Sessions {
		s := &session{text: dockerfile.Data, secrets: asked.Secrets, done: map[string]*done{}, mounts: map[string]tree{}}
		files := all.clone()
		var results []result
		for _, b := range builds {
			for _, name := range b.Change {
				if n := files.get("/" + name); n != nil {
					changed := *n
					comment := "\n"
					if strings.HasSuffix(name, ".go") {
						comment = "\n// changed\n"
					}
					changed.Data = append(bytes.Clone(n.Data), comment...)
					files[files.resolve("/"+name, true)] = &changed
				}
			}
			s.build = b
			if s.context, err = sent(files); err != nil {
				return nil, err
			}
			r, err := s.run(ctx)
			if err != nil {
				return nil, err
			}
			results = append(results, r)
		}
		answer.Sessions = append(answer.Sessions, results)
	}
	return answer, nil
}

var checkDirective = regexp.MustCompile(`(?im)^#\s*check\s*=.*$`)

// lintFile asks BuildKit's linter, also where the file says that it should not.
func lintFile(ctx context.Context, text []byte) (found []finding) {
	text = checkDirective.ReplaceAll(text, []byte("# (a check directive)"))
	source := llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", text)
	source.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(ctx, text, dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{BuildArgs: map[string]string{"SERVICE": "order"}}, MetaResolver: registry{}, SourceMap: source,
	})
	if err != nil {
		return []finding{{errorLine(err), "syntax", err.Error()}}
	}
	found = []finding{}
	for _, w := range results.Warnings {
		line := 0
		if ranges := w.Location.GetRanges(); len(ranges) > 0 {
			line = int(ranges[0].Start.Line)
		}
		if f := (finding{line, w.RuleName, w.Detail}); !slices.Contains(found, f) {
			found = append(found, f)
		}
	}
	return found
}

func errorLine(err error) int {
	var located *parser.LocationError
	if errors.As(err, &located) && len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
		return located.Locations[0][0].Start.Line
	}
	return 0
}

// registry answers for images that have a model.
type registry struct{}

func (registry) ResolveImageConfig(_ context.Context, ref string, o sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	platform := ocispecs.Platform{OS: "linux", Architecture: "amd64"}
	if o.ImageOpt != nil && o.ImageOpt.Platform != nil {
		platform = *o.ImageOpt.Platform
	}
	config, err := configOf(ref, platform)
	return ref, "", config, err // no digest, so that one of the Dockerfile is known
}

// session is a builder with its cache.
type session struct {
	text    []byte
	secrets []string
	build   build
	context tree

	done   map[string]*done // by the key of the cache
	mounts map[string]tree  // cache mounts
}

// done is a step of the build with its results.
type done struct {
	key     string
	outputs map[int]tree
	step    *step
}

// graph is one build: the operations by their digest.
type graph struct {
	*session
	ops      map[string]*pb.Op
	lines    map[string]int
	finished map[string]*done
	order    []string
	result   *result
}

// failed is a build that fails for a reason of the Dockerfile.
type failed struct {
	line int
	text string
}

func (f failed) Error() string { return f.text }

func (s *session) run(ctx context.Context) (r result, err error) {
	target := s.build.Image
	parsed, err := parser.Parse(bytes.NewReader(s.text))
	if err != nil {
		return result{Error: err.Error(), Line: errorLine(err)}, nil
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return result{Error: err.Error(), Line: errorLine(err)}, nil
	}
	arguments := map[string]string{"SERVICE": s.build.Image}
	maps.Copy(arguments, s.build.Args)
	if !slices.ContainsFunc(stages, func(stage instructions.Stage) bool { return strings.EqualFold(stage.Name, target) }) {
		target, r.ByArgument = "", true
	}
	platform, builder := platforms.MustParse(s.build.Platform), platforms.MustParse(s.build.Builder)
	sourceMap := llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", s.text)
	converted, err := dockerfile2llb.Dockerfile2LLB(ctx, s.text, dockerfile2llb.ConvertOpt{
		Config: dockerui.Config{
			BuildArgs: arguments, Target: target, BuildPlatforms: []ocispecs.Platform{builder}, TargetPlatforms: []ocispecs.Platform{platform},
		},
		TargetPlatform: &platform, MetaResolver: registry{}, SourceMap: sourceMap,
	})
	if err != nil {
		var cannot unsupported
		if errors.As(err, &cannot) {
			return result{Unsupported: string(cannot)}, nil
		}
		return result{Error: err.Error(), Line: errorLine(err)}, nil
	}
	definition, err := converted.State.Marshal(ctx, llb.Platform(platform))
	if err != nil {
		return r, fmt.Errorf("marshal the build: %w", err)
	}
	c := converted.Image.Config
	r.Config = config{User: c.User, Entrypoint: c.Entrypoint, Cmd: c.Cmd, Env: c.Env, Labels: c.Labels, StopSignal: c.StopSignal, Dir: c.WorkingDir, Architecture: converted.Image.Architecture}

	g := &graph{session: s, ops: map[string]*pb.Op{}, lines: map[string]int{}, finished: map[string]*done{}, result: &r}
	var last string
	for _, encoded := range definition.Def {
		var op pb.Op
		if err := op.Unmarshal(encoded); err != nil {
			return r, fmt.Errorf("read the build: %w", err)
		}
		last = digest.FromBytes(encoded).String()
		g.ops[last] = &op
	}
	if definition.Source != nil {
		for id, locations := range definition.Source.Locations {
			for _, l := range locations.Locations {
				if len(l.Ranges) > 0 && l.Ranges[0].Start != nil && g.lines[id] == 0 {
					g.lines[id] = int(l.Ranges[0].Start.Line)
				}
			}
		}
	}
	root := newTree()
	if terminal := g.ops[last]; terminal != nil && len(terminal.Inputs) > 0 {
		in := terminal.Inputs[0]
		d, err := g.solve(ctx, in.Digest)
		if err != nil {
			var bad failed
			var cannot unsupported
			switch {
			case errors.As(err, &cannot):
				r.Unsupported = string(cannot)
			case errors.As(err, &bad):
				r.Error, r.Line = bad.text, bad.line
			default:
				return r, err
			}
			return r, nil
		}
		root = d.outputs[int(in.Index)]
		r.Files = append(list(root), g.deleted(in.Digest, root)...)
	}
	g.leaks()
	return r, nil
}

// list describes the files. A file is of the base when it is as it came with FROM: a copied one is not.
func list(t tree) []file {
	var all []file
	for _, p := range t.under("/") {
		n := t[p]
		f := file{Path: p, Kind: "file", Mode: int(n.Mode.Perm()), UID: n.UID, GID: n.GID, Size: n.size(), Link: n.Link, Base: n.Base != "", From: n.From,
			Role: n.Role, Program: n.Program}
		switch {
		case n.Mode.IsDir():
			f.Kind, f.Size = "dir", 0
		case n.Link != "":
			f.Kind = "link"
		}
		all = append(all, f)
	}
	return all
}

// deleted are the files of the image's layers that the image does not show any more.
func (g *graph) deleted(id string, root tree) []file {
	hidden := newTree()
	var visit func(string)
	visit = func(id string) {
		op := g.ops[id]
		for _, t := range g.finished[id].outputs {
			for p, n := range t {
				if root[p] == nil && !n.Mode.IsDir() {
					hidden[p] = n
				}
			}
		}
		var below []int64
		switch {
		case op.GetFile() != nil:
			for _, action := range op.GetFile().Actions {
				if action.Input < int64(len(op.Inputs)) {
					below = append(below, action.Input)
				}
			}
		case op.GetExec() != nil:
			for _, m := range op.GetExec().Mounts {
				if m.Dest == "/" {
					below = append(below, m.Input)
				}
			}
		case op.GetMerge() != nil:
			for _, in := range op.GetMerge().Inputs {
				below = append(below, in.Input)
			}
		}
		for _, input := range below {
			if input >= 0 {
				visit(op.Inputs[input].Digest)
			}
		}
	}
	visit(id)
	all := list(hidden)
	for i := range all {
		all[i].Deleted = true
	}
	return all
}

// leaks looks for secrets in everything that the build has made, except in what was only sent.
func (g *graph) leaks() {
	seen := map[string]bool{}
	for _, id := range g.order {
		if g.ops[id].GetSource() != nil {
			continue
		}
		for _, t := range g.finished[id].outputs {
			for _, p := range t.under("/") {
				for _, secret := range g.secrets {
					if !seen[p] && bytes.Contains(t[p].Data, []byte(secret)) {
						seen[p] = true
						g.result.Leaks = append(g.result.Leaks, leak{p, g.lines[id]})
					}
				}
			}
		}
	}
	slices.SortFunc(g.result.Leaks, func(a, b leak) int { return strings.Compare(a.Path, b.Path) })
}

func hash(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// solve returns the results of an operation, and of those before it.
func (g *graph) solve(ctx context.Context, id string) (*done, error) {
	if d := g.finished[id]; d != nil {
		return d, nil
	}
	op := g.ops[id]
	if op == nil {
		return nil, fmt.Errorf("the build has no operation %s", id)
	}
	inputs := make([]*done, len(op.Inputs))
	for i, in := range op.Inputs {
		d, err := g.solve(ctx, in.Digest)
		if err != nil {
			return nil, err
		}
		inputs[i] = d
	}
	input := func(i int64) tree { return inputs[i].outputs[int(op.Inputs[i].Index)] }
	key := func(i int64) string { return fmt.Sprintf("%s#%d", inputs[i].key, op.Inputs[i].Index) }
	var (
		d   *done
		err error
	)
	switch {
	case op.GetSource() != nil:
		d, err = g.source(id, op)
	case op.GetFile() != nil:
		d, err = g.files(id, op.GetFile(), len(inputs), input, key)
	case op.GetExec() != nil:
		d, err = g.exec(ctx, id, op, input, key)
	case op.GetMerge() != nil:
		t, keys := newTree(), []string{"merge"}
		for _, in := range op.GetMerge().Inputs {
			if in.Input < 0 {
				continue
			}
			t.graft("/", input(in.Input))
			keys = append(keys, key(in.Input))
		}
		d = &done{key: hash(keys...), outputs: map[int]tree{0: t}}
	case op.GetDiff() != nil:
		d, err = g.diff(op.GetDiff(), input, key)
	default:
		err = unsupported("an instruction that the checker does not know")
	}
	if err != nil {
		return nil, err
	}
	g.finished[id] = d
	g.order = append(g.order, id)
	return d, nil
}

func (g *graph) diff(op *pb.DiffOp, input func(int64) tree, key func(int64) string) (*done, error) {
	lower, upper, keys := newTree(), newTree(), []string{"diff"}
	if op.Lower != nil && op.Lower.Input >= 0 {
		lower = input(op.Lower.Input)
		keys = append(keys, key(op.Lower.Input))
	}
	if op.Upper != nil && op.Upper.Input >= 0 {
		upper = input(op.Upper.Input)
		keys = append(keys, key(op.Upper.Input))
	}
	t := newTree()
	for p, n := range upper {
		if lower[p] != n {
			t[p] = n
		}
	}
	return &done{key: hash(keys...), outputs: map[int]tree{0: t}}, nil
}

func (g *graph) source(id string, op *pb.Op) (*done, error) {
	identifier := op.GetSource().Identifier
	kind, ref, _ := strings.Cut(identifier, "://")
	switch kind {
	case "docker-image":
		platform := platforms.Format(ocispecs.Platform{OS: op.GetPlatform().GetOS(), Architecture: op.GetPlatform().GetArchitecture()})
		g.result.Sources = append(g.result.Sources, source{Ref: ref, Line: g.lines[id], Platform: platform})
		b, ok := findBase(ref)
		if !ok {
			return nil, unsupported(fmt.Sprintf("line %d: the image %s; the checker has a model of these: %s", g.lines[id], ref, known))
		}
		return &done{key: hash("image", ref, platform), outputs: map[int]tree{0: b.tree.clone()}}, nil
	case "local":
		// Only what an instruction reads of it counts for the cache.
		return &done{key: hash("local", ref), outputs: map[int]tree{0: g.context}}, nil
	case "http", "https":
		name := identifier[strings.LastIndex(identifier, "/")+1:]
		data := "downloaded in " + g.build.Salt
		if op.GetSource().Attrs["http.checksum"] != "" {
			data = "checked"
		}
		t := newTree()
		t["/"+name] = &node{Mode: 0o600, Data: []byte(data), From: identifier}
		return &done{key: hash("http", identifier, data), outputs: map[int]tree{0: t}}, nil
	default:
		return nil, unsupported(fmt.Sprintf("line %d: the source %s", g.lines[id], identifier))
	}
}
