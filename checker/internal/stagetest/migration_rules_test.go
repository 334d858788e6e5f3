package stagetest

import (
	"bufio"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The rules of docs/migrations.md that a text can break. The first migration of a service meets no rows and no traffic.
func TestMigrations_AfterTheFirst_KeepTheRules(t *testing.T) {
	eachStage(t, func(t *testing.T, s stage) {
		for _, service := range s.stores {
			for i, m := range s.migrations(t, service) {
				assert.Regexp(t, `^[0-9]{14}_[a-z0-9_]+\.sql$`, m.name, service)
				if i > 0 {
					assert.Empty(t, brokenRules(m.text), service+"/"+m.name)
				}
			}
		}
	})
}

func TestBrokenRules_MigrationThatBlocksTraffic_NamesTheRule(t *testing.T) {
	t.Parallel()
	const lockTimeout = "SET LOCAL lock_timeout = '2s';\n"
	for text, rule := range map[string]string{
		"-- atlas:txmode none\nDROP INDEX CONCURRENTLY a;":                            emptyLineAfterDirective,
		"CREATE INDEX CONCURRENTLY a ON orders (id);":                                 concurrentlyOutsideTx,
		"-- atlas:txmode none\n\nCREATE UNIQUE INDEX CONCURRENTLY a ON orders (id);":  dropIndexFirst,
		"CREATE INDEX a ON orders (id);":                                              blockingIndexOnNewTable,
		"ALTER TABLE orders ADD COLUMN note text;":                                    lockTimeoutSet,
		lockTimeout + "ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT '';":  notNullLast,
		lockTimeout + "ALTER TABLE orders ADD CONSTRAINT a CHECK (id > 0);":           notValidFirst,
		lockTimeout + "ALTER TABLE a ADD CONSTRAINT b UNIQUE (id);":                   notValidFirst,
		lockTimeout + "ALTER TABLE orders RENAME COLUMN note TO remark;":              noRename,
		lockTimeout + "ALTER TABLE orders ALTER COLUMN note TYPE varchar(9);":         noTypeChange,
		lockTimeout + "ALTER TABLE orders ALTER note SET DATA TYPE varchar(9);":       noTypeChange,
		lockTimeout + "alter table orders\n\talter column \"note\" type varchar(9);":  noTypeChange,
		lockTimeout + "ALTER TABLE a ADD COLUMN b text,\n\tALTER COLUMN c TYPE text;": noTypeChange,
		"UPDATE orders SET note = '';":                                                noRowChanges,
		lockTimeout + "ALTER TABLE a ADD CONSTRAINT b CHECK (c > 0) NOT VALID;\n" +
			"ALTER TABLE a VALIDATE CONSTRAINT b;": validateInOwnTx,
	} {
		assert.Contains(t, brokenRules(text), rule, text)
	}
}

func TestBrokenRules_MigrationThatIsSafe_NamesNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"SET LOCAL lock_timeout = '2s';\nALTER TABLE payments ADD COLUMN type text;",
		"SET LOCAL lock_timeout = '2s';\nALTER TABLE payments ALTER COLUMN type SET NOT NULL;",
		"-- ALTER COLUMN a TYPE b is what this avoids.\nSET LOCAL lock_timeout = '2s';\nALTER TABLE a ALTER COLUMN b SET DEFAULT 1;",
		"CREATE TABLE a (type text);\nCREATE INDEX b ON a (type);",
	} {
		assert.Empty(t, brokenRules(text), text)
	}
}

const (
	emptyLineAfterDirective = "Atlas requires an empty line after the directive"
	concurrentlyOutsideTx   = "CONCURRENTLY needs -- atlas:txmode none as the first line"
	dropIndexFirst          = "a failed attempt leaves an invalid index; drop it first"
	blockingIndexOnNewTable = "only a new table gets an index without CONCURRENTLY"
	lockTimeoutSet          = "every query waits behind an ALTER TABLE that waits for its lock; set lock_timeout"
	notNullLast             = "NOT NULL comes last, after a CHECK that is validated"
	notValidFirst           = "a constraint that reads all rows is added as NOT VALID, or from an index that exists"
	validateInOwnTx         = "VALIDATE belongs in a transaction of its own: the lock of what was added lasts until the end"
	noRename                = "the version that still serves knows the old name"
	noTypeChange            = "changing a column's type rewrites the table and fails the cached plans of open connections; add a new column"
	noRowChanges            = "rows are changed by a program, in batches"
)

const txModeNone = "-- atlas:txmode none\n"

var (
	makesIndex    = regexp.MustCompile(`(?i)CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\w+)`)
	blockingIndex = regexp.MustCompile(`(?i)CREATE (?:UNIQUE )?INDEX \w+ ON (\w+)`)
	changesRows   = regexp.MustCompile(`(?im)^\s*(?:UPDATE|DELETE)\b`)
	typeChange    = regexp.MustCompile(`(?i)\bALTER\s+(COLUMN\s+)?("[^"]+"|\w+)\s+(?:SET\s+DATA\s+)?TYPE\b`)
	addsNotNull   = regexp.MustCompile(`(?i)ADD COLUMN [^,]*\bNOT NULL\b`)
	readsNoRows   = regexp.MustCompile(`(?i)NOT VALID|USING INDEX`)
	setsTimeout   = regexp.MustCompile(`(?im)^SET (?:LOCAL )?lock_timeout = `)
)

// brokenRules returns the rules that a migration breaks.
func brokenRules(text string) (broken []string) {
	sql := withoutComments(text)
	upper := strings.ToUpper(sql)
	check := func(kept bool, rule string) {
		if !kept {
			broken = append(broken, rule)
		}
	}
	if strings.HasPrefix(text, txModeNone) {
		check(strings.HasPrefix(text, txModeNone+"\n"), emptyLineAfterDirective)
	} else {
		check(!strings.Contains(upper, "CONCURRENTLY"), concurrentlyOutsideTx)
	}
	for _, index := range makesIndex.FindAllStringSubmatch(sql, -1) {
		check(strings.Contains(upper, strings.ToUpper("DROP INDEX CONCURRENTLY IF EXISTS "+index[1]+";")), dropIndexFirst)
	}
	for _, index := range blockingIndex.FindAllStringSubmatch(sql, -1) {
		check(strings.Contains(upper, strings.ToUpper("CREATE TABLE "+index[1]+" (")), blockingIndexOnNewTable)
	}
	check(!strings.Contains(upper, "ALTER TABLE") || setsTimeout.MatchString(sql), lockTimeoutSet)
	for statement := range strings.SplitSeq(sql, ";") {
		check(!strings.Contains(strings.ToUpper(statement), "ADD CONSTRAINT") || readsNoRows.MatchString(statement), notValidFirst)
		check(!addsNotNull.MatchString(statement), notNullLast)
	}
	check(!strings.Contains(upper, "NOT VALID") || !strings.Contains(upper, "VALIDATE CONSTRAINT"), validateInOwnTx)
	check(!strings.Contains(upper, "RENAME"), noRename)
	check(!changesType(sql), noTypeChange)
	check(!changesRows.MatchString(sql), noRowChanges)
	return broken
}

// changesType tells ALTER note TYPE text from ALTER COLUMN type SET NOT NULL, in which the word COLUMN looks like a name.
func changesType(sql string) bool {
	for _, match := range typeChange.FindAllStringSubmatch(sql, -1) {
		if match[1] != "" || !slices.Contains([]string{"COLUMN", "TABLE"}, strings.ToUpper(match[2])) {
			return true
		}
	}
	return false
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
