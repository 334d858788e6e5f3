// Package stagetest holds the tests of what a stage says about itself: that its README, run script, event catalogue, migrations
// and observability files agree with its code. They run for every stage and are not part of one, so that a stage that is copied
// out of the repository has only tests of its code.
package stagetest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the repository.
const root = "../../.."

// stage is a stage directory and what its directories say about it.
type stage struct {
	dir      string
	services []string // those with a configuration; the ones with a database come first
	stores   []string // those with a database, which are the gRPC services
}

// stages returns every stage of the repository, in order.
func stages(t *testing.T) []stage {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(root, "stage?-*"))
	require.NoError(t, err)
	require.NotEmpty(t, dirs, "no stage in %s", root)
	var all []stage
	for _, dir := range dirs {
		all = append(all, stageIn(t, dir))
	}
	return all
}

func stageIn(t *testing.T, dir string) stage {
	t.Helper()
	s := stage{dir: dir}
	configs, err := filepath.Glob(filepath.Join(dir, "*/internal/config"))
	require.NoError(t, err)
	var others []string
	for _, config := range configs {
		name := filepath.Base(filepath.Dir(filepath.Dir(config)))
		if _, err := os.Stat(filepath.Join(dir, name, "db/migrations")); err == nil {
			s.stores = append(s.stores, name)
		} else {
			others = append(others, name)
		}
	}
	require.NotEmpty(t, s.stores, "%s has no service with migrations", dir)
	s.services = slices.Concat(s.stores, others)
	return s
}

// eachStage runs the test once for every stage.
func eachStage(t *testing.T, test func(t *testing.T, s stage)) {
	t.Helper()
	t.Parallel()
	for _, s := range stages(t) {
		t.Run(filepath.Base(s.dir), func(t *testing.T) {
			t.Parallel()
			test(t, s)
		})
	}
}

// read returns the text of a file of the stage.
func (s stage) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(t, err)
	return string(text)
}
