package cache

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/check"
)

// onRedis runs a hidden test that needs Redis. The test finds its address in a file that is named for the package's directory and the test:
// the process that runs the tests of a package may be older than the lease.
func onRedis(t *check.T, pkg, test string) {
	dir, err := filepath.Abs(filepath.Join(t.Dir(), filepath.FromSlash(pkg)))
	t.Ours("find the package", err)
	dir, err = filepath.EvalSymlinks(dir)
	t.Ours("find the package", err)
	name := filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-cache-%x", sha256.Sum256([]byte(dir+"#"+test))))
	address := t.Lease().RedisURL

	t.Ours("pass the address of Redis", os.WriteFile(name, []byte(address), 0o600))
	t.Cleanup(func(context.Context) { _ = os.Remove(name) })
	t.GoTest(pkg, test)
}
