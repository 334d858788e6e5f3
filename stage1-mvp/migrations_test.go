package stage1mvp_test

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

// servicesWithData have a database.
var servicesWithData = services[:3]

// Whoever edits a migration that was applied somewhere, or merges two branches that both add one, learns of it here.
func TestTheSumOfEachMigrationIsThatOfItsFile(t *testing.T) {
	t.Parallel()
	for _, service := range servicesWithData {
		sum, err := os.ReadFile(filepath.Join(service, "db/migrations/atlas.sum"))
		require.NoError(t, err)
		assert.Equal(t, atlasSum(t, service), string(sum),
			"(cd %s && atlas migrate hash --dir file://db/migrations), if the migration that differs was never applied anywhere", service)
	}
}

// atlasSum is what `atlas migrate hash` writes: for each file the hash of all names and contents so far, above them the hash of those.
func atlasSum(t *testing.T, service string) string {
	t.Helper()
	var lines bytes.Buffer
	files, total := sha256.New(), sha256.New()
	for _, m := range migrationsOf(t, service) {
		fmt.Fprint(files, m.name, m.text)
		hash := base64.StdEncoding.EncodeToString(files.Sum(nil))
		fmt.Fprint(total, m.name, hash)
		fmt.Fprintf(&lines, "%s h1:%s\n", m.name, hash)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(total.Sum(nil)) + "\n" + lines.String()
}

type migration struct{ name, text string }

func migrationsOf(t *testing.T, service string) []migration {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(service, "db/migrations/*.sql"))
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
