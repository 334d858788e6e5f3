package fastidempotency

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/check"
)

// onServers runs a hidden test. The test finds the addresses of Redis and of an empty database in a file that is named for the package's
// directory and the test: the process that runs the tests of a package may be older than the lease.
func onServers(t *check.T, pkg, test string) {
	dir, err := filepath.Abs(filepath.Join(t.Dir(), filepath.FromSlash(pkg)))
	t.Ours("find the package", err)
	dir, err = filepath.EvalSymlinks(dir)
	t.Ours("find the package", err)
	name := filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-inbox-%x", sha256.Sum256([]byte(dir+"#"+test))))
	addresses := t.Lease().RedisURL + "\n" + t.Lease().Databases[check.Scratch]

	t.Ours("pass the addresses of the servers", os.WriteFile(name, []byte(addresses), 0o600))
	t.Cleanup(func(context.Context) { _ = os.Remove(name) })
	t.GoTest(pkg, test)
}
