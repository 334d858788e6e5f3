package stagetest

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The domain does not change from stage to stage: what an order may become does not depend on how the services talk.
func TestDomain_OfNeighbouringStages_IsIdentical(t *testing.T) {
	t.Parallel()
	all := stages(t)
	t.Logf("%d stages, %d pairs of neighbours", len(all), len(all)-1)
	for i := range len(all) - 1 {
		assert.Empty(t, domainDifferences(t, all[i].dir, all[i+1].dir), "%s and %s", all[i].dir, all[i+1].dir)
	}
}

func TestDomainDifferences_ChangedAddedAndRemovedFiles_AreNamed(t *testing.T) {
	t.Parallel()
	newest := stages(t)[len(stages(t))-1]
	copied := filepath.Join(t.TempDir(), "stage9-copy")
	for name, text := range domainFiles(t, newest.dir) {
		write(t, filepath.Join(copied, name), text)
	}
	require.Empty(t, domainDifferences(t, newest.dir, copied))

	status := filepath.Join(copied, "order/internal/domain/status.go")
	text, err := os.ReadFile(status)
	require.NoError(t, err)
	write(t, status, append(text, '\n'))
	write(t, filepath.Join(copied, "order/internal/domain/discount.go"), []byte("package domain\n"))
	require.NoError(t, os.Remove(filepath.Join(copied, "order/internal/domain/money.go")))
	write(t, filepath.Join(copied, "order/internal/usecase/other.go"), []byte("package usecase\n"))

	want := []string{"order/internal/domain/discount.go", "order/internal/domain/money.go", "order/internal/domain/status.go"}
	assert.Equal(t, want, domainDifferences(t, newest.dir, copied))
	assert.Equal(t, want, domainDifferences(t, copied, newest.dir))
}

// domainDifferences returns the files of domain packages that only one of the stages has, or that are not the same in both.
func domainDifferences(t *testing.T, a, b string) []string {
	t.Helper()
	inA, inB := domainFiles(t, a), domainFiles(t, b)
	names := slices.Sorted(maps.Keys(inA))
	for name := range inB {
		if _, ok := inA[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.DeleteFunc(names, func(name string) bool {
		textA, okA := inA[name]
		textB, okB := inB[name]
		return okA && okB && bytes.Equal(textA, textB)
	})
}

// domainFiles returns the files below every <service>/internal/domain of a stage by their name in the stage.
func domainFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	found := make(map[string][]byte)
	require.NoError(t, filepath.WalkDir(dir, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if parts := strings.Split(name, "/"); len(parts) > 3 && parts[1] == "internal" && parts[2] == "domain" {
			found[name], err = os.ReadFile(file)
		}
		return err
	}))
	require.NotEmpty(t, found, "%s has no domain package", dir)
	return found
}

func write(t *testing.T, file string, text []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, text, 0o644))
}
