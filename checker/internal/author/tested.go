package author

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// testedFile holds a line for each package of a stage whose tests have passed: the stage, the package, the hash of all that they depend on.
// Like the record of the lessons it is a memory, not a verdict: a hash that fits no package as it is now is ignored.
const testedFile = ".ci/tested.txt"

// retestOneIn says how many of the packages that are on record are tested all the same.
const retestOneIn = 10

// A testedHash is a package of a stage with the hash of what its tests depend on.
type testedHash struct{ stage, pkg, hash string }

func (t testedHash) String() string { return t.stage + " " + t.pkg + " " + t.hash }

// readTested returns no hash when there is no file.
func readTested(file string) (all []testedHash, err error) {
	source, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which packages were tested: %w", err)
	}
	for line := range strings.Lines(string(source)) {
		if f := strings.Fields(line); len(f) == 3 {
			all = append(all, testedHash{f[0], f[1], f[2]})
		}
	}
	return all, nil
}

func writeTested(file string, all []testedHash) error {
	lines := make([]string, len(all))
	for i, one := range all {
		lines[i] = one.String()
	}
	slices.Sort(lines)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// listed is where Packages leaves the hashes of a stage for Tested: those of the files that are tested, not of those that are there later.
func listed(root, stage string) string { return filepath.Join(root, ".stagecraft", "packages", stage) }

// Tested puts on record that the tests of the packages which Packages has listed last have passed.
func Tested(root, stage string) error {
	passed, err := readTested(listed(root, stage))
	if err != nil {
		return err
	}
	if passed == nil {
		return fmt.Errorf("the packages of %s have not been listed: run `author packages %s` before their tests", stage, stage)
	}
	file := filepath.Join(root, testedFile)
	all, err := readTested(file)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(one testedHash) bool { return one.stage == stage })
	return writeTested(file, append(all, passed...))
}

// isSample chooses packages that are tested although they are on record: others for each commit.
func (t testedHash) isSample(seed uint64) bool {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, seed, t)
	return h.Sum64()%retestOneIn == 0
}
