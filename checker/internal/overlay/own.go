package overlay

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Memory is a tree of the given files.
func Memory(files map[string][]byte) fs.FS { return changedFS{None, files} }

// Own returns a learner's solution as an overlay on the stage: every declaration that they have changed since the start, and every one that
// the starter gave them. start is the workspace as it was made, mine as it is now; names are the files to look at. Tests are left out.
// What the stage has changed since then stays as the stage has it.
func Own(stage, starter, start, mine fs.FS, names []string) (fs.FS, error) {
	files := map[string][]byte{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		was, is, ours := read(stage, name), read(start, name), read(mine, name)
		switch {
		case bytes.Equal(is, ours) && read(starter, name) == nil:
		case ours == nil && was != nil && is != nil:
			files[name+".drop"] = []byte{}
		case ours == nil:
		case was == nil || !strings.HasSuffix(name, ".go"):
			if was != nil && !bytes.Equal(is, was) && read(starter, name) == nil {
				return nil, fmt.Errorf("%s has changed in the stage as well", name)
			}
			files[name] = ours
		default:
			part, err := ownFile(was, read(starter, name), is, ours)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if part != nil {
				files[name] = part
			}
		}
	}
	return Memory(files), nil
}

// ownFile is Own for one Go file; nil when nothing of it is the learner's.
func ownFile(stage, starter, start, mine []byte) ([]byte, error) {
	was, err := parse(stage)
	if err != nil {
		return nil, err
	}
	given, is := &file{}, &file{}
	for into, source := range map[**file][]byte{&given: starter, &is: start} {
		if source == nil {
			continue
		}
		if *into, err = parse(source); err != nil {
			return nil, err
		}
	}
	ours, err := parse(mine)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	taken := 0
	out.WriteString("package " + ours.tree.Name.Name + "\n")
	for _, spec := range ours.tree.Imports {
		out.WriteString("\nimport " + ours.src[ours.at(spec.Pos()):ours.at(spec.End())])
	}
	for _, u := range ours.units {
		text := ours.alone(u)
		if is.says(u.keys, text) && given.unit(u.keys) == nil {
			continue // neither the learner nor the starter has touched it
		}
		taken++
		out.WriteString("\n\n" + ours.marked(u, was.unit(u.keys) == nil))
	}
	for _, u := range was.units {
		if is.unit(u.keys) != nil && ours.unit(u.keys) == nil && u.in == nil {
			taken++
			out.WriteString("\n\n" + was.src[u.start:u.body] + "//stagecraft:drop\n" + was.src[u.body:u.end])
		}
	}
	if taken == 0 {
		return nil, nil
	}
	return []byte(out.String() + "\n"), nil
}

// says tells whether the file declares the keys with this text.
func (f *file) says(keys []string, text string) bool {
	u := f.unit(keys)
	return u != nil && f.alone(u) == text
}

// unit returns the unit that declares the keys.
func (f *file) unit(keys []string) *unit {
	at := slices.IndexFunc(f.units, func(u *unit) bool { return slices.Equal(u.keys, keys) })
	if at < 0 {
		return nil
	}
	return f.units[at]
}

// marked is the unit as a declaration of its own, with the mark of one that the stage does not have.
func (f *file) marked(u *unit, add bool) string {
	if !add {
		return f.alone(u)
	}
	if u.in == nil {
		return f.src[u.start:u.body] + "//stagecraft:add\n" + f.src[u.body:u.end]
	}
	return f.src[u.start:u.body] + "//stagecraft:add\n" + u.tok.String() + " " + f.src[u.body:u.end]
}

// read returns nil for a file that is not there.
func read(tree fs.FS, name string) []byte {
	body, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil
	}
	return body
}
