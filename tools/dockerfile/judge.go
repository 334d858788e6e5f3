package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

func judge(ctx context.Context, file string, text []byte) (found []finding) {
	add := func(rule string, location []parser.Range, format string, args ...any) {
		line := 0
		if len(location) > 0 {
			line = location[0].Start.Line
		}
		found = append(found, finding{file, line, rule, fmt.Sprintf(format, args...)})
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		add("syntax", nil, "%v", err)
		return found
	}
	stages, args, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{}))
	if err != nil {
		add("syntax", nil, "%v", err)
		return found
	}
	source := llb.NewSourceMap(nil, file, "Dockerfile", text)
	source.Definition = &llb.Definition{}
	results, err := dockerfile2llb.DockerfileLint(ctx, text, dockerfile2llb.ConvertOpt{
		MetaResolver: anyImage{}, SourceMap: source,
	})
	if err != nil {
		add("build", nil, "%v", err)
		return found
	}
	if results.Error != nil {
		add("build", nil, "%s", results.Error.Message)
	}
	for _, w := range results.Warnings {
		line := 0
		if ranges := w.Location.GetRanges(); len(ranges) > 0 {
			line = int(ranges[0].Start.Line)
		}
		found = append(found, finding{file, line, w.RuleName, w.Detail})
	}
	checkBases(stages, args, add)
	checkTargets(stages, add)
	return found
}

type adder func(rule string, location []parser.Range, format string, args ...any)

// checkBases finds images whose name can be another image tomorrow.
func checkBases(stages []instructions.Stage, args []instructions.ArgCommand, add adder) {
	names := map[string]bool{"scratch": true}
	for i := range stages {
		stage := &stages[i]
		base := stage.BaseName
		for _, command := range args {
			for _, arg := range command.Args {
				if arg.Value != nil {
					base = strings.ReplaceAll(strings.ReplaceAll(base, "${"+arg.Key+"}", *arg.Value), "$"+arg.Key, *arg.Value)
				}
			}
		}
		_, tag, tagged := strings.Cut(path.Base(base), ":")
		if !names[base] && !strings.Contains(base, "@sha256:") && (!tagged || tag == "latest") {
			add("pinned", stage.Location, "base image %s has no version", base)
		}
		names[stage.Name] = true
	}
}

// checkTargets judges the stages that no other one is built on or copies from: the images.
func checkTargets(stages []instructions.Stage, add adder) {
	byName, used := map[string]*instructions.Stage{}, map[string]bool{}
	for i := range stages {
		byName[stages[i].Name] = &stages[i]
		used[stages[i].BaseName] = true
		for _, command := range stages[i].Commands {
			if copied, ok := command.(*instructions.CopyCommand); ok {
				used[copied.From] = true
			}
		}
	}
	for i := range stages {
		stage := &stages[i]
		if used[stage.Name] {
			continue
		}
		user, exec := "", false
		for s := stage; s != nil; s = byName[s.BaseName] {
			for j := len(s.Commands) - 1; j >= 0; j-- {
				switch command := s.Commands[j].(type) {
				case *instructions.UserCommand:
					if user == "" {
						user = command.User
					}
				case *instructions.EntrypointCommand:
					exec = exec || !command.PrependShell
				case *instructions.RunCommand:
					add("shell", command.Location(), "image %s is built by a command: it has a shell", stage.Name)
				}
			}
		}
		if id, _, _ := strings.Cut(user, ":"); id == "" || id == "0" || strings.Trim(id, "0123456789") != "" {
			add("user", stage.Location, "image %s runs as %q, want a number that is not 0: runAsNonRoot cannot look up a name", stage.Name, user)
		}
		if !exec {
			add("entrypoint", stage.Location, "image %s has no ENTRYPOINT of the form [\"/program\"]: a shell would get SIGTERM", stage.Name)
		}
	}
}

// anyImage stands for a registry, which nothing is asked of: each image exists and has an empty configuration.
type anyImage struct{}

func (anyImage) ResolveImageConfig(_ context.Context, ref string, o sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	image := ocispecs.Image{RootFS: ocispecs.RootFS{Type: "layers"}}
	image.OS, image.Architecture = "linux", "amd64"
	if o.ImageOpt != nil && o.ImageOpt.Platform != nil {
		image.Platform = *o.ImageOpt.Platform
	}
	config, err := json.Marshal(image)
	return ref, digest.FromBytes(config), config, err
}
