package stagetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A migration that was edited after it was applied somewhere, and two branches that both add one, are found here.
func TestMigrations_Sums_MatchTheFiles(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		for _, service := range s.stores {
			assert.Equal(t, atlasSum(s.migrations(t, service)), s.read(t, service+"/db/migrations/atlas.sum"),
				"(cd %s && atlas migrate hash --dir file://db/migrations), if the migration that differs was never applied anywhere", service)
		}
	})
}

// atlasSum is what `atlas migrate hash` writes: for each file the hash of all names and contents so far, above them the hash of those.
func atlasSum(migrations []migration) string {
	var lines bytes.Buffer
	files, total := sha256.New(), sha256.New()
	for _, m := range migrations {
		fmt.Fprint(files, m.name, m.text)
		hash := base64.StdEncoding.EncodeToString(files.Sum(nil))
		fmt.Fprint(total, m.name, hash)
		fmt.Fprintf(&lines, "%s h1:%s\n", m.name, hash)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(total.Sum(nil)) + "\n" + lines.String()
}

type migration struct{ name, text string }

// migrations returns those of a service in the order in which they are applied.
func (s stage) migrations(t *testing.T, service string) []migration {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, service, "db/migrations/*.sql"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	slices.Sort(files)
	var all []migration
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all = append(all, migration{filepath.Base(file), string(text)})
	}
	return all
}
