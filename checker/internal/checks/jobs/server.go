package jobs

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/check"
)

// passAddress runs a hidden test that needs a server. The test finds its address in a file that is named for the package's directory and the
// test: the process that runs the tests of a package may be older than the lease.
func passAddress(t *check.T, pkg, test, address string) {
	dir, err := filepath.Abs(filepath.Join(t.Dir(), filepath.FromSlash(pkg)))
	t.Ours("find the package", err)
	dir, err = filepath.EvalSymlinks(dir)
	t.Ours("find the package", err)
	name := filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-jobs-%x", sha256.Sum256([]byte(dir+"#"+test))))
	t.Ours("pass the address of the server", os.WriteFile(name, []byte(address), 0o600))
	t.Cleanup(func(context.Context) { _ = os.Remove(name) })
	t.GoTest(pkg, test)
}
