package stage1mvp_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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

const txModeNone = "-- atlas:txmode none\n"

var (
	migrationName = regexp.MustCompile(`^[0-9]{14}_[a-z0-9_]+\.sql$`)
	makesIndex    = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+)`)
	altersTable   = regexp.MustCompile(`(?m)^ALTER TABLE`)
)

// The rules of docs/migrations.md, as far as a text can tell. The first migration of a service has no rows to think of.
func TestMigrationsKeepTheShopOpen(t *testing.T) {
	t.Parallel()
	for _, service := range servicesWithData {
		for i, m := range migrationsOf(t, service) {
			place, statements := service+"/"+m.name, withoutComments(m.text)
			assert.Regexp(t, migrationName, m.name, place)
			if strings.HasPrefix(m.text, txModeNone) {
				assert.True(t, strings.HasPrefix(m.text, txModeNone+"\n"), "%s: Atlas wants an empty line after the directive", place)
			} else {
				assert.NotContains(t, statements, "CONCURRENTLY", "%s: needs %q as its first line", place, strings.TrimSpace(txModeNone))
			}
			for _, index := range makesIndex.FindAllStringSubmatch(statements, -1) {
				assert.Contains(t, statements, "DROP INDEX CONCURRENTLY IF EXISTS "+index[1]+";",
					"%s: a failed attempt leaves an index that cannot be used; drop it first", place)
			}
			if i > 0 && altersTable.MatchString(statements) {
				assert.Regexp(t, `(?m)^SET (LOCAL )?lock_timeout = `, statements, "%s: everybody queues behind an ALTER TABLE that waits", place)
			}
		}
	}
}

func withoutComments(text string) string {
	var kept strings.Builder
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if !strings.HasPrefix(strings.TrimSpace(lines.Text()), "--") {
			fmt.Fprintln(&kept, lines.Text())
		}
	}
	return kept.String()
}
