package stage1mvp_test

import (
	"bufio"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The rules of docs/migrations.md, as far as a text can tell. The first migration of a service has no rows to think of.
func TestMigrationsKeepTheShopOpen(t *testing.T) {
	t.Parallel()
	for _, service := range servicesWithData {
		for i, m := range migrationsOf(t, service) {
			assert.Regexp(t, `^[0-9]{14}_[a-z0-9_]+\.sql$`, m.name, service)
			if i > 0 {
				assert.Empty(t, brokenRules(m.text), service+"/"+m.name)
			}
		}
	}
}

func TestMigrationsThatWouldCloseTheShopAreSeen(t *testing.T) {
	t.Parallel()
	const lockTimeout = "SET LOCAL lock_timeout = '2s';\n"
	for text, rule := range map[string]string{
		"-- atlas:txmode none\nDROP INDEX CONCURRENTLY a;":                           atlasWantsALine,
		"CREATE INDEX CONCURRENTLY a ON orders (id);":                                concurrentlyAlone,
		"-- atlas:txmode none\n\nCREATE UNIQUE INDEX CONCURRENTLY a ON orders (id);": dropsFirst,
		"CREATE INDEX a ON orders (id);":                                             onlyNewTables,
		"ALTER TABLE orders ADD COLUMN note text;":                                   waitsForLong,
		lockTimeout + "ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT '';": notNullLast,
		lockTimeout + "ALTER TABLE orders ADD CONSTRAINT a CHECK (id > 0);":          notValidFirst,
		lockTimeout + "ALTER TABLE a ADD CONSTRAINT b UNIQUE (id);":                  notValidFirst,
		lockTimeout + "ALTER TABLE orders RENAME COLUMN note TO remark;":             nothingIsRenamed,
		"UPDATE orders SET note = '';":                                               notByAMigration,
		lockTimeout + "ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0) NOT VALID;\n" +
			"ALTER TABLE a VALIDATE CONSTRAINT b;": validatedLater,
	} {
		assert.Contains(t, brokenRules(text), rule, text)
	}
}

const (
	atlasWantsALine   = "after the directive Atlas wants an empty line"
	concurrentlyAlone = "CONCURRENTLY needs -- atlas:txmode none as the first line"
	dropsFirst        = "a failed attempt leaves an index that cannot be used; drop it first"
	onlyNewTables     = "only a table that is new gets an index without CONCURRENTLY"
	waitsForLong      = "everybody queues behind an ALTER TABLE that waits; set lock_timeout"
	notNullLast       = "NOT NULL comes last, after a CHECK that is validated"
	notValidFirst     = "a constraint that reads all rows is added as NOT VALID, or made of an index that is there"
	validatedLater    = "VALIDATE belongs into a transaction of its own: the lock of what was added lasts until the end"
	nothingIsRenamed  = "the version that still serves knows the old name"
	notByAMigration   = "rows are changed by a program, in batches"
)

const txModeNone = "-- atlas:txmode none\n"

var (
	makesIndex    = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+)`)
	blockingIndex = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX \w+ ON (\w+)`)
	changesRows   = regexp.MustCompile(`(?m)^\s*(?:UPDATE|DELETE)\b`)
	addsNotNull   = regexp.MustCompile(`ADD COLUMN [^,]*\bNOT NULL\b`)
	readsNoRows   = regexp.MustCompile(`NOT VALID|USING INDEX`)
	setsTimeout   = regexp.MustCompile(`(?m)^SET (?:LOCAL )?lock_timeout = `)
)

// brokenRules returns the rules that a migration breaks.
func brokenRules(text string) (broken []string) {
	sql := withoutComments(text)
	check := func(kept bool, rule string) {
		if !kept {
			broken = append(broken, rule)
		}
	}
	if strings.HasPrefix(text, txModeNone) {
		check(strings.HasPrefix(text, txModeNone+"\n"), atlasWantsALine)
	} else {
		check(!strings.Contains(sql, "CONCURRENTLY"), concurrentlyAlone)
	}
	for _, index := range makesIndex.FindAllStringSubmatch(sql, -1) {
		check(strings.Contains(sql, "DROP INDEX CONCURRENTLY IF EXISTS "+index[1]+";"), dropsFirst)
	}
	for _, index := range blockingIndex.FindAllStringSubmatch(sql, -1) {
		check(strings.Contains(sql, "CREATE TABLE "+index[1]+" ("), onlyNewTables)
	}
	check(!strings.Contains(sql, "ALTER TABLE") || setsTimeout.MatchString(sql), waitsForLong)
	for statement := range strings.SplitSeq(sql, ";") {
		check(!strings.Contains(statement, "ADD CONSTRAINT") || readsNoRows.MatchString(statement), notValidFirst)
		check(!addsNotNull.MatchString(statement), notNullLast)
	}
	check(!strings.Contains(sql, "NOT VALID") || !strings.Contains(sql, "VALIDATE CONSTRAINT"), validatedLater)
	check(!strings.Contains(sql, "RENAME"), nothingIsRenamed)
	check(!changesRows.MatchString(sql), notByAMigration)
	return broken
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
