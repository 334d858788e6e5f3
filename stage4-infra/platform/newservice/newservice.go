// Package newservice makes a new service of the shop from a small one that is kept as templates: contract, domain, use cases, repository with
// its first migration, gRPC server, tests, and its lines in the files that list all services.
package newservice

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"go/format"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

// templates are the files of a service. NAME in a path stands for the name of the service.
//
//go:embed template
var templates embed.FS

const suffix = ".tmpl"

// A name becomes a directory, a Go and a proto package, a database, a DNS name, and the prefix of a variable.
var validName = regexp.MustCompile(`^[a-z][a-z0-9]{1,29}$`)

// reserved are names that mean something else to the go command, to the layering rules, or among identities.
var reserved = []string{"cmd", "internal", "testdata", "vendor", "main", "shop", "operator", "postgres", "service", "migrate"}

// service is what the templates know.
type service struct {
	Name, Title, Upper string
	// Port is where it listens on a developer's machine; MetricsPort serves /metrics there.
	Port, MetricsPort int
}

// Write adds the service to the stage in dir, and returns the paths that it wrote, relative to dir. It writes nothing when the name cannot be
// used, when a file of the service exists, or when a file that lists services has no place for it.
func Write(dir, name string) (written []string, err error) {
	if err := check(dir, name); err != nil {
		return nil, err
	}
	s, err := newService(dir, name)
	if err != nil {
		return nil, err
	}
	created, err := s.render()
	if err != nil {
		return nil, err
	}
	for file := range created {
		if _, err := os.Lstat(filepath.Join(dir, file)); err == nil {
			return nil, fmt.Errorf("%s exists: nothing was written", file)
		}
	}
	changed, err := s.list(dir)
	if err != nil {
		return nil, err
	}
	return write(dir, created, changed)
}

// check refuses names that cannot be used.
func check(dir, name string) error {
	if _, err := os.Stat(filepath.Join(dir, "platform", "newservice")); err != nil {
		return fmt.Errorf("%s is not a stage that has a service template: %w", dir, err)
	}
	switch {
	case !validName.MatchString(name):
		return fmt.Errorf("%q cannot be the name of a service: want 2 to 30 lower-case letters and digits, a letter first", name)
	case token.IsKeyword(name):
		return fmt.Errorf("%q cannot be the name of a service: it is a keyword of Go", name)
	case slices.Contains(reserved, name):
		return fmt.Errorf("%q cannot be the name of a service: the name is reserved", name)
	}
	for _, place := range []string{name, path.Join("proto", name), path.Join("gen", name)} {
		if _, err := os.Lstat(filepath.Join(dir, place)); err == nil {
			return fmt.Errorf("%q cannot be the name of a service: %s exists", name, place)
		}
	}
	return nil
}

// newService counts the gRPC services, because each has the next port on a developer's machine.
func newService(dir, name string) (service, error) {
	stores, err := filepath.Glob(filepath.Join(dir, "*/db/migrations"))
	if err != nil {
		return service{}, err
	}
	n := len(stores) + 1
	return service{
		Name: name, Title: strings.ToUpper(name[:1]) + name[1:], Upper: strings.ToUpper(name), Port: 9000 + n, MetricsPort: 9100 + n,
	}, nil
}

// render returns the files of the service by their paths.
func (s service) render() (files map[string][]byte, err error) {
	files = make(map[string][]byte)
	err = fs.WalkDir(templates, "template", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := templates.ReadFile(name)
		if err != nil {
			return err
		}
		target := strings.TrimSuffix(strings.TrimPrefix(name, "template/"), suffix)
		target = strings.ReplaceAll(target, "NAME", s.Name)
		if files[target], err = s.execute(name, string(text)); err == nil && strings.HasSuffix(target, ".go") {
			// The order of imports depends on the name.
			files[target], err = format.Source(files[target])
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("render the service: %w", err)
	}
	migrations := path.Join(s.Name, "db/migrations")
	files[path.Join(migrations, "atlas.sum")] = atlasSum(migrations, files)
	return files, nil
}

func (s service) execute(name, text string) ([]byte, error) {
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, s)
	return out.Bytes(), err
}

// atlasSum is what `atlas migrate hash` writes: for each file the hash of all names and contents so far, above them the hash of those.
func atlasSum(dir string, files map[string][]byte) []byte {
	var names []string
	for name := range files {
		if path.Dir(name) == dir {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var lines bytes.Buffer
	each, total := sha256.New(), sha256.New()
	for _, name := range names {
		each.Write([]byte(path.Base(name)))
		each.Write(files[name])
		hash := base64.StdEncoding.EncodeToString(each.Sum(nil))
		fmt.Fprint(total, path.Base(name), hash)
		fmt.Fprintf(&lines, "%s h1:%s\n", path.Base(name), hash)
	}
	return append([]byte("h1:"+base64.StdEncoding.EncodeToString(total.Sum(nil))+"\n"), lines.Bytes()...)
}

// write creates the files of the service first, so that one that exists by now changes nothing else.
func write(dir string, created, changed map[string][]byte) (written []string, err error) {
	for name, text := range created {
		if err := create(filepath.Join(dir, name), text); err != nil {
			return written, err
		}
		written = append(written, name)
	}
	for name, text := range changed {
		// The file exists, and keeps its mode.
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return written, err
		}
		written = append(written, name)
	}
	slices.Sort(written)
	return written, nil
}

func create(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err = file.Write(text); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
