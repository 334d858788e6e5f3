package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"shop/order/internal/query"
)

func TestZZKeysetPlan(t *testing.T) {
	const limit = 21
	s := zzkNew(t, nil)
	// Ann has 375 orders, a few in each second. Bob has 2000, which were imported in one microsecond. All others have one order each.
	s.exec(`
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
		SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
			CASE WHEN n % 40 = 0 AND n <= 15000 THEN $1 WHEN n % 10 = 5 THEN $2 ELSE gen_random_uuid() END, 1, 'EUR', 1, 1,
			$3::timestamptz - CASE WHEN n % 10 = 5 THEN 0 ELSE n / 90 END * interval '1 second', now()
		FROM generate_series(1, 20000) n`, zzkAnn, zzkBob, zzkNoon)
	s.exec(`ANALYZE orders`)

	for _, page := range []struct {
		name  string
		buyer string
		after *query.Position
		rows  int
	}{
		{"the first page", zzkAnn, nil, limit},
		{"a page in the middle of 375 orders", zzkAnn, &query.Position{CreatedAt: zzkNoon.Add(-88 * time.Second), ID: zzkID(8000)}, limit},
		{"the last page of 375 orders", zzkAnn, &query.Position{CreatedAt: zzkNoon.Add(-166 * time.Second), ID: zzkID(15000)}, 1},
		{"a page in the middle of 2000 orders of one microsecond", zzkBob, &query.Position{CreatedAt: zzkNoon, ID: zzkID(10005)}, limit},
	} {
		s.queries.take()
		orders := s.page(page.name, page.buyer, page.after, limit)
		if len(orders) != page.rows {
			zzkFail(t, "ordinary", "the ordinary case does not work yet: "+page.name, fmt.Sprintf("%d orders", page.rows), fmt.Sprint(len(orders)), "nothing else works before this does")
		}
		made := s.queries.take()
		var about []string
		for _, made := range made {
			if s.judge(page.name, limit, made) {
				about = append(about, made.sql)
			}
		}
		if len(about) == 0 {
			t.Skipf("none of %d statements reads orders in a way that can be explained", len(made))
		}
		if len(about) > 1 {
			zzkFail(t, "queries", page.name, "one query that reads orders", fmt.Sprintf("%d: %s", len(about), strings.Join(about, "; ")), "what is read in several queries costs several round trips, and may not fit together")
		}
		if len(made) > 6 { // with begin and commit, and what later stages add
			zzkFail(t, "queries", page.name+" with its items", "two queries, however many orders there are", fmt.Sprint(len(made)), "a query for each order of the page costs as many round trips")
		}
	}
}

// zzkNode is a part of a plan that was run.
type zzkNode struct {
	Type     string    `json:"Node Type"`
	Relation string    `json:"Relation Name"`
	Rows     float64   `json:"Actual Rows"`
	Loops    float64   `json:"Actual Loops"`
	Filtered float64   `json:"Rows Removed by Filter"`
	Rechecks float64   `json:"Rows Removed by Index Recheck"`
	Plans    []zzkNode `json:"Plans"`
}

// read counts the orders that the plan has read from the table, also those that it has thrown away.
func (n zzkNode) read() (rows int) {
	if n.Relation == "orders" {
		rows = int((n.Rows + n.Filtered + n.Rechecks) * n.Loops)
	}
	for _, part := range n.Plans {
		rows += part.read()
	}
	return rows
}

// has tells whether a part of the plan fits.
func (n zzkNode) has(fits func(zzkNode) bool) bool {
	return fits(n) || slices.ContainsFunc(n.Plans, func(part zzkNode) bool { return part.has(fits) })
}

// judge runs the statement again under EXPLAIN ANALYZE: planned for its arguments, and with the plan for any arguments that PostgreSQL may
// keep for a prepared statement. It returns false for a statement that does not read orders.
func (s *zzkShop) judge(page string, limit int, made zzkStatement) bool {
	s.t.Helper()
	execute, ok := s.prepare(made)
	if !ok {
		return false
	}
	for _, mode := range []struct{ name, what string }{{"custom", ""}, {"generic", ", with the plan that PostgreSQL may keep for all arguments"}} {
		s.exec(fmt.Sprintf(`SET plan_cache_mode = force_%s_plan`, mode.name))
		plan := s.explain(execute)
		if !plan.has(func(n zzkNode) bool { return n.Relation == "orders" }) {
			return false
		}
		rows := plan.read()
		if rows <= 2*limit {
			continue
		}
		failure := "reads-too-much"
		why := "what OFFSET skips, an OR filters or a sort orders is read and thrown away: each page costs more than the one before"
		switch {
		case s.mustSort(execute):
			failure = "sorts"
			why = "a sort must read all rows before it returns the first"
		case mode.name == "generic":
			failure = "kept-plan"
			why = "a prepared statement is planned for its arguments five times. Then PostgreSQL may keep one plan for all arguments, in which nothing can be left out"
		}
		zzkFail(s.t, failure, page+" reads more rows than it shows"+mode.what, fmt.Sprintf("at most %d orders are read for %d", 2*limit, limit), fmt.Sprintf("%d orders are read", rows), why)
	}
	return true
}

// mustSort tells whether the statement is sorted by something that no index has.
func (s *zzkShop) mustSort(execute string) bool {
	s.t.Helper()
	s.exec(`SET enable_sort = off`)
	s.exec(`SET enable_incremental_sort = off`)
	return s.explain(execute).has(func(n zzkNode) bool { return strings.Contains(n.Type, "Sort") })
}

// prepare prepares a statement of the pool, and returns the SQL that executes it with its arguments. It returns false for what is no query.
func (s *zzkShop) prepare(made zzkStatement) (execute string, ok bool) {
	s.t.Helper()
	ctx := context.Background()
	sql, args := made.sql, made.args
options:
	for len(args) > 0 {
		switch option := args[0].(type) {
		case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
			args = args[1:]
		case pgx.QueryRewriter:
			var err error
			if sql, args, err = option.RewriteQuery(ctx, s.observe, sql, args[1:]); err != nil {
				s.t.Skipf("rewrite %s: %v", sql, err)
			}
		default:
			break options
		}
	}
	s.prepared++
	name := fmt.Sprint("zzk", s.prepared)
	statement, err := s.observe.PgConn().Prepare(ctx, name, sql, nil)
	if refused := (*pgconn.PgError)(nil); errors.As(err, &refused) || err == nil && len(statement.Fields) == 0 {
		return "", false
	}
	if err != nil || len(statement.ParamOIDs) != len(args) {
		s.t.Skipf("prepare %s with %d arguments: %v", sql, len(args), err)
	}
	literals := make([]string, len(args))
	for i, arg := range args {
		text, err := s.observe.TypeMap().Encode(statement.ParamOIDs[i], pgx.TextFormatCode, arg, nil)
		if err != nil {
			s.t.Skipf("argument %d of %s: %v", i+1, sql, err)
		}
		literals[i] = "NULL"
		if text != nil {
			literals[i] = "'" + strings.ReplaceAll(string(text), "'", "''") + "'"
		}
	}
	if len(literals) == 0 {
		return "EXECUTE " + name, true
	}
	return "EXECUTE " + name + "(" + strings.Join(literals, ", ") + ")", true
}

func (s *zzkShop) explain(execute string) zzkNode {
	s.t.Helper()
	var text []byte
	explain := "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + execute
	if err := s.observe.QueryRow(context.Background(), explain, pgx.QueryExecModeSimpleProtocol).Scan(&text); err != nil {
		s.t.Skipf("%s: %v", explain, err)
	}
	var plans []struct {
		Plan zzkNode `json:"Plan"`
	}
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) == 0 {
		s.t.Skipf("read the plan: %v", err)
	}
	return plans[0].Plan
}
