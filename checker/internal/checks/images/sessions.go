package images

import (
	"fmt"
	"maps"
	"slices"
)

// services have migrations and a Deployment.
var services = []string{"order", "inventory", "wallet"}

// packages are the programs of the images.
var packages = map[string]string{
	"order": "order/cmd/order", "inventory": "inventory/cmd/inventory", "wallet": "wallet/cmd/wallet", "gateway": "gateway/cmd/gateway",
	"paymentsim": "paymentsim/cmd/paymentsim", "migrate": "platform/migration/cmd/migrate",
}

const (
	// secret is in every file that must not be sent.
	secret   = "the-planted-secret-7f3a" //nolint:gosec // the checker's own
	version  = "v1.4.2"
	revision = "5eed00aa5eed00aa5eed00aa5eed00aa5eed00aa"
	amd      = "linux/amd64"
	arm      = "linux/arm64"
)

// planted are files of a developer's machine, by their path.
func planted() map[string]string {
	files := map[string]string{".git/HEAD": "ref: refs/heads/main\n"}
	for _, name := range []string{".git/config", ".git/objects/pack/pack-1.pack", ".env", "dev.env", "order/.env", "wallet/cmd/wallet/dev.env", "deploy/prod.env",
		"ca-key.pem", "platform/mtls/dev-key.pem", "gateway/cmd/gateway/tls.pem"} {
		files[name] = secret + "\n"
	}
	return files
}

type request struct {
	Image    string            `json:"image"`
	Args     map[string]string `json:"args"`
	Platform string            `json:"platform"`
	Builder  string            `json:"builder"`
	Change   []string          `json:"change"`
	Salt     string            `json:"salt"`
	Dir      string            `json:"dir"`
}

var (
	sourceFile = "order/cmd/order/main.go"
	// documents are files that no program is built of.
	documents = []string{"README.md", "docs/events.md", "docs/adr/0036-images.md", "deploy/base/order.yaml", "compose.yaml", "observability/slo.yaml",
		"order/internal/domain/status_test.go", "order/internal/domain/order_test.go", "platform/httpclient/client_test.go"}
)

// sessions are the builds that the checks look at: on one machine, on another one, on one that repeats them after changes, for another platform.
func sessions() [][]request {
	names := slices.Sorted(maps.Keys(packages))
	args := map[string]string{"VERSION": version, "REVISION": revision}
	var first, second, other []request
	for _, name := range names {
		first = append(first, request{Image: name, Args: args, Platform: amd, Builder: amd, Salt: "Mon Jun 1 09:00:00 UTC 2026 on builder-1"})
		second = append(second, request{Image: name, Args: args, Platform: amd, Builder: arm, Salt: "Tue Jul 7 23:59:59 UTC 2026 on builder-2", Dir: "/home/other"})
		other = append(other, request{Image: name, Args: args, Platform: arm, Builder: amd, Salt: "Mon Jun 1 09:00:00 UTC 2026 on builder-1"})
	}
	next := map[string]string{"VERSION": "v1.4.3", "REVISION": "0dd0" + revision[4:]}
	var changed []request
	for i, c := range []request{
		{Args: args},
		{Args: args, Change: []string{sourceFile}},
		{Args: args, Change: documents},
		{Args: next},
	} {
		c.Image, c.Platform, c.Builder, c.Salt = "order", amd, amd, fmt.Sprintf("build %d of the machine", i)
		changed = append(changed, c)
	}
	return [][]request{first, second, changed, other}
}
