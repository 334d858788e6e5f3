package wiring

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// onPostgres runs a hidden test. The test finds the environment of the service in a file that is named for the package's directory and the
// test: the process that runs the tests of a package may be older than the lease.
func onPostgres(t *check.T, pkg, test string) {
	dir, err := filepath.Abs(filepath.Join(t.Dir(), filepath.FromSlash(pkg)))
	t.Ours("find the package", err)
	dir, err = filepath.EvalSymlinks(dir)
	t.Ours("find the package", err)
	name := filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-wiring-%x", sha256.Sum256([]byte(dir+"#"+test))))
	keys, err := stack.NewKeys()
	t.Ours("make keys", err)
	env := stack.Settings("order", keys)
	env["DATABASE_URL"] = t.Lease().Databases[check.Scratch]
	text, err := json.Marshal(env)
	t.Ours("encode the environment", err)

	t.Ours("pass the environment", os.WriteFile(name, text, 0o600))
	t.Cleanup(func(context.Context) { _ = os.Remove(name) })
	t.GoTest(pkg, test)
}
