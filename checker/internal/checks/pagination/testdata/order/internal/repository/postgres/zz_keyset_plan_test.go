package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
)

func TestZZKeysetPlan(t *testing.T) {
	const limit = 21
	s := zzkNew(t)
	// Ann has one order in forty. Many of other buyers are as old as hers, and many are older.
	s.exec(`
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
		SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, CASE WHEN n % 40 = 0 AND n <= 15000 THEN $1 ELSE gen_random_uuid() END, 1, 'EUR', 1, 1,
			$2::timestamptz - n / 90 * interval '1 second', now()
		FROM generate_series(1, 20000) n`, zzkAnn, zzkNoon)
	s.exec(`ANALYZE orders`)

	for _, page := range []struct {
		name  string
		after *query.Position
		rows  int
	}{
		{"the first page", nil, limit},
		{"a page in the middle of 375 orders", &query.Position{CreatedAt: zzkNoon.Add(-88 * time.Second), ID: zzkID(8000)}, limit},
		{"the last page of 375 orders", &query.Position{CreatedAt: zzkNoon.Add(-166 * time.Second), ID: zzkID(14960)}, 0},
	} {
		s.queries.take()
		orders := s.page(page.name, zzkAnn, page.after, limit)
		if len(orders) < page.rows {
			zzkFail(t, "ordinary", page.name, fmt.Sprintf("%d orders", page.rows), fmt.Sprint(len(orders)), "nothing else works before this does")
		}
		made := s.queries.take()
		var about []string
		for _, made := range made {
			if strings.Contains(made.SQL, "FROM orders") || strings.Contains(strings.ToLower(made.SQL), "from orders") {
				about = append(about, made.SQL)
				s.judge(page.name, limit, made)
			}
		}
		if len(about) != 1 {
			zzkFail(t, "queries", page.name, "one query that reads orders", fmt.Sprintf("%d: %s", len(about), strings.Join(about, "; ")), "what is read in several queries costs several round trips, and may not fit together")
		}
		if len(made) > 6 {
			zzkFail(t, "queries", page.name+" with its items", "two queries, however many orders there are", fmt.Sprintf("%d", len(made)), "a query for each order of the page costs as many round trips")
		}
	}
}

// zzkNode is a part of a plan that was run.
type zzkNode struct {
	Type     string    `json:"Node Type"`
	Rows     float64   `json:"Actual Rows"`
	Loops    float64   `json:"Actual Loops"`
	Filtered float64   `json:"Rows Removed by Filter"`
	Rechecks float64   `json:"Rows Removed by Index Recheck"`
	Plans    []zzkNode `json:"Plans"`
}

// read counts the rows that the plan has read from tables and indexes.
func (n zzkNode) read() (rows int) {
	if len(n.Plans) == 0 {
		return int((n.Rows + n.Filtered + n.Rechecks) * max(n.Loops, 1))
	}
	for _, part := range n.Plans {
		rows += part.read()
	}
	return rows
}

// sorts tells whether a part sorts.
func (n zzkNode) sorts() bool {
	for _, part := range n.Plans {
		if part.sorts() {
			return true
		}
	}
	return strings.Contains(n.Type, "Sort")
}

// judge runs the statement once more, with its own arguments, under EXPLAIN ANALYZE.
func (s *zzkShop) judge(page string, limit int, made pgx.TraceQueryStartData) {
	s.t.Helper()
	var text []byte
	if err := s.observe.QueryRow(context.Background(), "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+made.SQL, made.Args...).Scan(&text); err != nil {
		s.t.Skipf("explain %s: %v", made.SQL, err)
	}
	var plans []struct {
		Plan zzkNode `json:"Plan"`
	}
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) == 0 {
		s.t.Skipf("read the plan: %v", err)
	}
	plan := plans[0].Plan
	if rows := plan.read(); rows > 2*limit {
		zzkFail(s.t, "reads-too-much", page+" reads more rows than it shows", fmt.Sprintf("about %d rows, from the index on", limit), fmt.Sprintf("%d rows are read", rows),
			"what OFFSET skips, an OR filters or a sort orders is read and thrown away: each page costs more than the one before")
	}
	if plan.sorts() {
		zzkFail(s.t, "sorts", page+" is sorted", "the rows come from the index in their order", "the plan has a sort", "a sort must read all rows before it returns the first")
	}
}
