package newservice

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// marker is in the line above which new services are added.
const marker = "make new-service adds its lines above"

// A listing is a file that lists all services, and the lines of a new one. They go above the line with the text above, or with the marker;
// where a comment is not possible, below the last line that starts with after.
type listing struct {
	file, above, after, lines string
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
	{file: ".dockerignore", lines: "!{{.Name}}\n"},
	{file: "Dockerfile", above: "make new-service adds its program above", lines: `ENV PROGRAMS="$PROGRAMS ./{{.Name}}/cmd/{{.Name}}"` + "\n"},
	{file: "Dockerfile", above: "make new-service adds its migrations above", lines: "COPY {{.Name}}/db/migrations/*.sql /migrations/{{.Name}}/\n"},
	{file: "Dockerfile", above: "make new-service adds its image above", lines: `
FROM base AS {{.Name}}
LABEL org.opencontainers.image.title={{.Name}} org.opencontainers.image.description="the service {{.Name}}"
COPY --from=build /out/{{.Name}} /{{.Name}}
EXPOSE 9000 9100
ENTRYPOINT ["/{{.Name}}"]
`},
	{file: "deploy/base/kustomization.yaml", above: "make new-service adds its resource above", lines: "  - {{.Name}}.yaml\n"},
	{file: "deploy/base/kustomization.yaml", lines: "  - {name: {{.Name}}, envs: [config/{{.Name}}.env]}\n"},
	{file: "deploy/base/migrate.yaml", above: "make new-service adds its container above", lines: `        - name: {{.Name}}
          image: shop/migrate
          args: [/migrations/{{.Name}}]
          env: [{name: DATABASE_URL_FILE, value: /etc/shop/secrets/DATABASE_URL}]
          securityContext: *container
          resources: *resources
          volumeMounts: [{name: {{.Name}}, mountPath: /etc/shop/secrets, readOnly: true}]
`},
	{file: "deploy/base/migrate.yaml", above: "make new-service adds its volume above", lines: `        - name: {{.Name}}
          secret: {secretName: {{.Name}}, defaultMode: 0440, items: [{key: DATABASE_URL, path: DATABASE_URL}]}
`},
	{file: "deploy/deploy.sh", lines: `images="$images {{.Name}}"` + "\n"},
	{file: "deploy/dev-secrets.sh", lines: `certificate {{.Name}}
put DATABASE_URL "${{.Upper}}_DATABASE_URL"
secret {{.Name}} DATABASE_URL
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
	return cmp.Or(l.above, l.after, marker)
}

// place is the offset of the new lines.
func (l listing) place(text []byte) (at int, found bool) {
	offset := 0
	for line := range strings.Lines(string(text)) {
		if l.after == "" && strings.Contains(line, l.wanted()) {
			return offset, true
		}
		offset += len(line)
		if l.after != "" && strings.HasPrefix(line, l.after) {
			at, found = offset, true
		}
	}
	return at, found
}
