package newservice

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// marker is in the line above which new services are added.
const marker = "make new-service adds its lines above"

// A listing is a file that lists all services, and the lines of a new one. They go above the line with the marker, or, where a comment is
// not possible, below the last line that starts with after.
type listing struct {
	file, after, lines string
}

var listings = []listing{
	{file: "Makefile", lines: "SERVICES += {{.Name}}\n"},
	{file: "platform/mtls/cmd/devcerts/main.go", lines: "\t\"{{.Name}}\",\n"},
	{file: "observability/prometheus.yaml", lines: `      - {targets: ["host.docker.internal:{{.MetricsPort}}"], labels: {service: {{.Name}}}}` + "\n"},
	{file: "compose/run.sh", lines: `{{.Upper}}_ADDR=127.0.0.1:{{.Port}} METRICS_ADDR=$metrics:{{.MetricsPort}} ` +
		`DATABASE_URL=$(database {{.Name}}) TLS_CERT_FILE=$certs/{{.Name}}.pem \
	"$bin/{{.Name}}" &
services="$services $!"
`},
	{file: "README.md", after: "| `WALLET_ADDR`", lines: "| `{{.Upper}}_ADDR` | required | {{.Name}} | where it listens for gRPC |\n"},
	{file: "README.md", after: "| `wallet/`", lines: "| `{{.Name}}/` | items, to be replaced by what the service is for |\n"},
}

// list returns the changed files by their paths.
func (s service) list(dir string) (map[string][]byte, error) {
	changed := make(map[string][]byte)
	for _, l := range listings {
		text, read := changed[l.file]
		if !read {
			var err error
			if text, err = os.ReadFile(filepath.Join(dir, l.file)); err != nil {
				return nil, err
			}
		}
		lines, err := s.execute(l.file, l.lines)
		if err != nil {
			return nil, err
		}
		at, found := l.place(text)
		if !found {
			return nil, fmt.Errorf("%s has no line with %q, which is where a new service goes: nothing was written", l.file, l.wanted())
		}
		changed[l.file] = append(append(bytes.Clone(text[:at]), lines...), text[at:]...)
	}
	return changed, nil
}

func (l listing) wanted() string {
	if l.after != "" {
		return l.after
	}
	return marker
}

// place is the offset of the new lines.
func (l listing) place(text []byte) (at int, found bool) {
	offset := 0
	for line := range strings.Lines(string(text)) {
		if l.after == "" && strings.Contains(line, marker) {
			return offset, true
		}
		offset += len(line)
		if l.after != "" && strings.HasPrefix(line, l.after) {
			at, found = offset, true
		}
	}
	return at, found
}
