// Package migration reads migrations as compose/migrate.sh applies them.
package migration

import "strings"

// txModeNone is the first line of a migration that is applied outside of a transaction, statement by statement.
const txModeNone = "-- atlas:txmode none\n"

// InTransaction reports whether the whole migration is applied in one transaction.
func InTransaction(text string) bool { return !strings.HasPrefix(text, txModeNone) }

// Statements cuts after each line that ends with a semicolon, outside of $$ quotes and comments.
func Statements(text string) []string {
	var (
		statements []string
		statement  strings.Builder
		quotes     int
	)
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		statement.WriteString(line)
		quotes += strings.Count(line, "$$")
		if quotes%2 == 0 && strings.HasSuffix(trimmed, ";") {
			statements = append(statements, statement.String())
			statement.Reset()
		}
	}
	if statement.Len() > 0 {
		statements = append(statements, statement.String())
	}
	return statements
}
