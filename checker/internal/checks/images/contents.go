package images

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// programs are the files of the image that the go command has built.
func (i image) programs() (all []file) {
	for _, f := range i.Files {
		if f.Program != nil {
			all = append(all, f)
		}
	}
	return all
}

// show lists the image's files that are not of the base, at most some of them.
func (i image) show() string {
	var lines []string
	for _, f := range i.Files {
		if !f.Base && f.Kind != "dir" {
			lines = append(lines, f.Path)
		}
	}
	return some(lines)
}

func some(lines []string) string {
	const most = 12
	if len(lines) > most {
		return strings.Join(lines[:most], "\n") + fmt.Sprintf("\n… and %d more", len(lines)-most)
	}
	if len(lines) == 0 {
		return "nothing beside what the base has"
	}
	return strings.Join(lines, "\n")
}

func contents(t *check.T) {
	all := builds(t)
	t.Step("look at the files of each image")
	for _, i := range all.first {
		want := packages[i.name]
		own := slices.IndexFunc(i.Files, func(f file) bool { return f.Program != nil && f.Program.Package == want })
		t.True(own >= 0, check.Failure{
			ID: "no-program", Sentence: fmt.Sprintf("the image %s does not have its program", i.name), Expected: "the program of ./" + want, Seen: i.show(),
			Why: "The manifests name an image for each program.",
		})
		onlyWhatIsNeeded(t, i, want)
		p := i.Files[own].Program
		if p.Dynamic {
			t.FailAt(dockerfile, p.Line, check.Failure{
				ID: "dynamic", Sentence: fmt.Sprintf("the program of the image %s needs a C library, and the image has none", i.name),
				Expected: "a static program: built without cgo", Seen: "built with CGO_ENABLED=1, which is the default in an image that has a C compiler",
				Why: "The kernel looks for the loader of the C library first, and says \"no such file or directory\" about a program that is there.",
			})
		}
		if !p.Stripped {
			t.FailAt(dockerfile, p.Line, check.Failure{
				ID: "symbols", Sentence: fmt.Sprintf("the program of the image %s has a symbol table and debug information", i.name),
				Expected: "a program that is linked with -s -w", Seen: "flags of the linker, tags and others: " + p.Depends["flags"],
				Why: "They are a third of the image. Stack traces do not need them.",
			})
		}
		certificates(t, i)
		zones(t, i, p)
		if i.name == "migrate" {
			migrations(t, i)
		}
	}
}

// onlyWhatIsNeeded fails the check when the image has a file that neither the program nor TLS nor time zones need.
func onlyWhatIsNeeded(t *check.T, i image, want string) {
	kinds := []struct {
		id, what, why string
		is            func(file) bool
	}{
		{"shell", "a shell", "An attacker who can start a process starts this one first.", func(f file) bool { return f.Role == "shell" }},
		{"source", "files of the source", "Everybody who can pull the image can read them, and a scanner reports what is in them.", func(f file) bool {
			return strings.HasPrefix(f.From, "context:") && !migration(i, f)
		}},
		{"other-program", "another program of the shop", "A change of one program would change the image of another.", func(f file) bool {
			return f.Program != nil && f.Program.Package != want
		}},
		{"extra", "more than the program needs", "Everything in an image has to be updated, and can be used by an attacker.", func(f file) bool {
			return f.Role == "tool" || f.Role == "loader" || !f.Base && f.Program == nil && f.Role == "" && !account(f) && !migration(i, f)
		}},
	}
	for _, kind := range kinds {
		var found []string
		for _, f := range i.Layers {
			if f.Kind == "dir" || !kind.is(f) {
				continue
			}
			if f.Deleted {
				found = append(found, f.Path+", deleted by a later layer, which only hides it")
			} else {
				found = append(found, f.Path)
			}
		}
		t.True(len(found) == 0, check.Failure{
			ID: kind.id, Sentence: fmt.Sprintf("the image %s has %s", i.name, kind.what),
			Expected: "the program, certificates of CAs, time zones, the list of users; in migrate the migrations", Seen: some(found), Why: kind.why,
		})
	}
}

// account reports whether the file tells the C library or the go command about users and names.
func account(f file) bool {
	return slices.Contains([]string{"/etc/passwd", "/etc/group", "/etc/nsswitch.conf"}, f.Path) && f.Size < 10_000
}

func migration(i image, f file) bool {
	return i.name == "migrate" && strings.HasPrefix(f.From, "context:") && strings.Contains(f.From, "/db/migrations/") && strings.HasPrefix(f.Path, "/migrations/")
}

// within reports whether the image has a file of the role in one of the places.
func (i image) within(role string, places ...string) bool {
	return slices.ContainsFunc(i.Files, func(f file) bool {
		return f.Role == role && slices.ContainsFunc(places, func(p string) bool { return f.Path == p || strings.HasPrefix(f.Path, strings.TrimSuffix(p, "/")+"/") })
	})
}

func (i image) variable(name string) string {
	for _, pair := range i.Config.Env {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

func certificates(t *check.T, i image) {
	places := []string{"/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem", "/etc/ssl/cert.pem"}
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if v := i.variable(name); v != "" {
			places = append(places, v)
		}
	}
	t.True(i.within("certificates", places...), check.Failure{
		ID: "no-certificates", Sentence: fmt.Sprintf("the image %s has no certificates of CAs", i.name), Expected: "/etc/ssl/certs/ca-certificates.crt, from a base or another stage",
		Seen: i.show(), Why: "Every HTTPS call fails: certificate signed by unknown authority.",
	})
}

func zones(t *check.T, i image, p *program) {
	places := []string{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/locale/TZ", "/etc/zoneinfo"}
	if v := i.variable("ZONEINFO"); v != "" {
		places = append(places, v)
	}
	if v := i.variable("GOROOT"); v != "" {
		places = append(places, path.Join(v, "lib/time/zoneinfo.zip"))
	}
	t.True(p.Zones || i.within("zones", places...), check.Failure{
		ID: "no-zones", Sentence: fmt.Sprintf("the image %s has no time zones", i.name),
		Expected: "/usr/share/zoneinfo, or a file that the variable ZONEINFO names, or a program with the tag timetzdata",
		Seen:     i.show(), Why: "time.LoadLocation fails: unknown time zone.",
	})
}

func migrations(t *check.T, i image) {
	for _, service := range services {
		dir := "/migrations/" + service
		has := func(f file) bool {
			return path.Dir(f.Path) == dir && strings.HasPrefix(f.From, "context:"+service+"/db/migrations/") && strings.HasSuffix(f.Path, ".sql")
		}
		var found int
		for _, f := range i.Files {
			if has(f) {
				found++
			}
		}
		t.True(found == sqlFiles(t, service), check.Failure{
			ID: "no-migrations", Sentence: "the image migrate does not have the migrations of " + service,
			Expected: fmt.Sprintf("all %d files of %s/db/migrations/*.sql in %s", sqlFiles(t, service), service, dir), Seen: fmt.Sprintf("%d of them\n%s", found, i.show()),
			Why: "The Job of the manifests starts the program with this directory.",
		})
	}
}

// sqlFiles is the number of migrations that a service has.
func sqlFiles(t *check.T, service string) int {
	files, err := filepath.Glob(filepath.Join(t.Dir(), service, "db", "migrations", "*.sql"))
	t.Ours("list the migrations", err)
	return len(files)
}
