package monorepo

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// instruction is one of a Dockerfile.
type instruction struct {
	line  int
	name  string
	flags []string // --from=build
	text  string   // after the flags
}

// instructions reads a Dockerfile without here-documents.
func instructions(source string) []instruction {
	var all []instruction
	var open *instruction
	for n, line := range strings.Split(source, "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		continued := strings.HasSuffix(trimmed, `\`)
		trimmed = strings.TrimSuffix(trimmed, `\`)
		if open == nil {
			name, rest, _ := strings.Cut(trimmed, " ")
			open = &instruction{line: n + 1, name: strings.ToUpper(name), text: rest}
		} else {
			open.text += " " + trimmed
		}
		if !continued {
			all = append(all, open.parsed())
			open = nil
		}
	}
	if open != nil {
		all = append(all, open.parsed())
	}
	return all
}

var leading = regexp.MustCompile(`^\s*--\S+`)

// parsed moves the flags out of the text.
func (i instruction) parsed() instruction {
	for {
		flag := leading.FindString(i.text)
		if flag == "" {
			i.text = strings.TrimSpace(i.text)
			return i
		}
		i.flags = append(i.flags, strings.TrimSpace(flag))
		i.text = i.text[len(flag):]
	}
}

func (i instruction) flag(name string) string {
	for _, flag := range i.flags {
		if value, ok := strings.CutPrefix(flag, "--"+name+"="); ok {
			return value
		}
	}
	return ""
}

func (i instruction) has(name string) bool {
	for _, flag := range i.flags {
		if flag == "--"+name || flag == "--"+name+"=true" {
			return true
		}
	}
	return false
}

// words are those of the text, which may be a JSON array.
func (i instruction) words() []string {
	var words []string
	if strings.HasPrefix(i.text, "[") && json.Unmarshal([]byte(i.text), &words) == nil {
		return words
	}
	return strings.Fields(i.text)
}

// script is what a shell runs for RUN.
func (i instruction) script() string {
	if words := i.words(); strings.HasPrefix(i.text, "[") {
		return strings.Join(words, " ")
	}
	return i.text
}

type mount struct{ source, target string }

// mounts are the files of the context that RUN sees.
func (i instruction) mounts() []mount {
	var all []mount
	for _, flag := range i.flags {
		options, ok := strings.CutPrefix(flag, "--mount=")
		if !ok || strings.Contains(options, "from=") || strings.Contains(options, "type=") && !strings.Contains(options, "type=bind") {
			continue
		}
		m := mount{source: ".", target: "."}
		for option := range strings.SplitSeq(options, ",") {
			switch name, value, _ := strings.Cut(option, "="); name {
			case "source", "src":
				m.source = value
			case "target", "dst", "destination":
				m.target = value
			}
		}
		all = append(all, m)
	}
	return all
}

var assignment = regexp.MustCompile(`([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S+)`)

// variables are those that ENV or ARG sets, with the values of earlier ones.
func (i instruction) variables(known []string) []string {
	var all []string
	for _, m := range assignment.FindAllStringSubmatch(i.text, -1) {
		value := os.Expand(strings.Trim(m[2], `"'`), func(name string) string {
			for n := len(known) - 1; n >= 0; n-- {
				if value, ok := strings.CutPrefix(known[n], name+"="); ok {
					return value
				}
			}
			return os.Getenv(name)
		})
		all = append(all, m[1]+"="+value)
	}
	return all
}

// ignore removes what .dockerignore keeps out of the build context in dir. The last pattern that fits decides.
func ignore(dir string) error {
	source, err := os.ReadFile(filepath.Join(dir, ".dockerignore"))
	if err != nil {
		return nil // nothing is kept out
	}
	type rule struct {
		fits *regexp.Regexp
		keep bool
	}
	var rules []rule
	for line := range strings.Lines(string(source)) {
		pattern := strings.TrimSpace(line)
		if pattern == "" || strings.HasPrefix(pattern, "#") {
			continue
		}
		pattern, keep := strings.CutPrefix(pattern, "!")
		rules = append(rules, rule{glob(strings.Trim(pattern, "/")), keep})
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		kept := true
		for _, r := range rules {
			if r.fits.MatchString(filepath.ToSlash(name)) {
				kept = r.keep
			}
		}
		if kept {
			return nil
		}
		return os.Remove(path)
	})
}

// glob is a pattern of .dockerignore, which fits a file and all that is below a directory.
func glob(pattern string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(strings.TrimPrefix(pattern, "./"))
	for _, step := range [][2]string{{`\*\*/`, `(?:.*/)?`}, {`\*\*`, `.*`}, {`\*`, `[^/]*`}, {`\?`, `[^/]`}} {
		quoted = strings.ReplaceAll(quoted, step[0], step[1])
	}
	return regexp.MustCompile("^" + quoted + "(?:/.*)?$")
}
