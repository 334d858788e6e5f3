package migrations

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
)

// schema is what the next release needs, as it is after the migrations.
type schema struct {
	columns   map[string]column // by table.column
	index     bool              // a valid one of all orders by status and created_at
	cancelled int               // orders with a cancel_code
	invented  map[string]int    // rows with a value, in columns that must be filled by a program
}

type column struct {
	kind     string
	nullable bool
	fallback string
}

// filledLater are the columns whose old rows get their value from a program, in the next deploy.
var filledLater = []struct{ table, name, kind, id string }{
	{"orders", "cancel_cause", "text", "cause"},
	{"orders", "region", "text", "region"},
	{"order_items", "units", "bigint", "units"},
	{"saga_executions", "deadline", "timestamp with time zone", "deadline"},
}

func readSchema(t *check.T, address string) *schema {
	conn, err := pgx.Connect(t.Context(), address)
	t.Ours("connect to the migrated database", err)
	defer conn.Close(t.Context())
	s := &schema{columns: map[string]column{}, invented: map[string]int{}}
	rows, err := conn.Query(t.Context(), `SELECT table_name || '.' || column_name, data_type, is_nullable = 'YES', coalesce(column_default, '')
		FROM information_schema.columns WHERE table_schema = current_schema()`)
	t.Ours("read the columns", err)
	var name string
	var c column
	_, err = pgx.ForEachRow(rows, []any{&name, &c.kind, &c.nullable, &c.fallback}, func() error {
		s.columns[name] = c
		return nil
	})
	t.Ours("read the columns", err)
	t.Ours("read the indexes", conn.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_index
		WHERE indrelid = to_regclass('orders') AND indisvalid AND indpred IS NULL
		AND pg_get_indexdef(indexrelid, 1, true) = 'status' AND pg_get_indexdef(indexrelid, 2, true) = 'created_at')`).Scan(&s.index))
	if _, ok := s.columns["orders.cancel_code"]; ok {
		t.Ours("count the cancelled orders", conn.QueryRow(t.Context(), "SELECT count(*) FROM orders WHERE cancel_code <> ''").Scan(&s.cancelled))
	}
	for _, c := range filledLater {
		name := c.table + "." + c.name
		if _, ok := s.columns[name]; !ok {
			continue
		}
		var n int
		t.Ours("count the filled rows", conn.QueryRow(t.Context(), fmt.Sprintf("SELECT count(%s) FROM %s", c.name, c.table)).Scan(&n))
		s.invented[name] = n
	}
	return s
}

func complete(t *check.T, v verdict) {
	v.mustApply(t)
	for _, c := range filledLater {
		name := c.table + "." + c.name
		got, ok := v.schema.columns[name]
		t.True(ok && got.kind == c.kind, check.Failure{
			ID: c.id, Sentence: "the next release does not find " + name, Expected: fmt.Sprintf("a column %s of type %s", name, c.kind),
			Seen: seen(ok, got), Why: "It writes the column from its first request on.",
		})
		t.True(got.nullable && v.schema.invented[name] == 0, check.Failure{
			ID: c.id, Sentence: "old rows have a value in " + name + " that no program has computed",
			Expected: "the column may be NULL, and is NULL in old rows until the backfill",
			Seen:     fmt.Sprintf("%s; %d rows have a value", seen(ok, got), v.schema.invented[name]),
			Why:      "A backfill finds what is missing by NULL. A value that was invented looks like one that was written.",
		})
	}
	channel, ok := v.schema.columns["orders.channel"]
	t.True(ok && channel.kind == "text" && !channel.nullable && channel.fallback == "'web'::text", check.Failure{
		ID: "channel", Sentence: "orders.channel is not as the change wanted it", Expected: "orders.channel text NOT NULL DEFAULT 'web'", Seen: seen(ok, channel),
		Why: "All old orders came from the web, and a constant default is a change of the catalogue alone. What is right needs no fix.",
	})
	t.True(v.schema.index, check.Failure{
		ID: "index", Sentence: "there is no index of orders by status and created_at", Expected: "a valid index of all orders whose first columns are status, created_at",
		Seen: "none that is valid and has no condition", Why: "The list of the back office reads the whole table without it.",
	})
}

func seen(ok bool, c column) string {
	if !ok {
		return "no such column"
	}
	null := "NOT NULL"
	if c.nullable {
		null = "may be NULL"
	}
	return fmt.Sprintf("%s, %s, default %q", c.kind, null, c.fallback)
}
