package eventsourcing

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/check"
)

// onPostgres runs a hidden test on an empty database. The test finds its address in a file that is named for the package's directory and
// the test: the process that runs the tests of a package may be older than the lease.
func onPostgres(t *check.T, pkg, test string) {
	dir, err := filepath.Abs(filepath.Join(t.Dir(), filepath.FromSlash(pkg)))
	t.Ours("find the package", err)
	dir, err = filepath.EvalSymlinks(dir)
	t.Ours("find the package", err)
	name := filepath.Join(os.TempDir(), fmt.Sprintf("stagecraft-eventsourcing-%x", sha256.Sum256([]byte(dir+"#"+test))))
	address := t.Lease().Databases[check.Scratch]

	t.Ours("pass the address of the database", os.WriteFile(name, []byte(address), 0o600))
	t.Cleanup(func(context.Context) { _ = os.Remove(name) })
	t.GoTest(pkg, test)
}
